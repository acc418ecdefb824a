/**
 * Tools of MCP servers for agents: a client for streamable HTTP that speaks the stateless protocol (2026-07-28) and those
 * before it.
 *
 * @module
 */
export type { McpFetch } from './channel.ts';
export { connectMcp, type McpClient, type McpOptions } from './client.ts';
export type { McpToolResult } from './tools.ts';
