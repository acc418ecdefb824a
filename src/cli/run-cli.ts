import { isBlazenError } from '../base/errors.ts';
import { version } from '../version.ts';
import { ask } from './ask.ts';
import { type Output, UsageError } from './output.ts';

const HELP = `Usage: blazen-ts <command>

Commands:
  ask "question" FILE…   answer from documents (text, PDF, tables, code), with quotes and where they stand

Options:
  --json      print the answer as JSON
  --help      print this
  --version   print the version

A directory stands for every .md, .txt, .html, .pdf, .csv and .jsonl file below it. No model is used: the answer is quoted word for word.
Exit code: 0 answered (also with "nothing found"), 1 a file cannot be used, 2 the command cannot be understood.
`;

/**
 * Run one command line.
 *
 * @param args what follows the program's name. Gives the exit code: 0, 1 when a file cannot be used, 2 for a command that
 * cannot be understood.
 */
export async function runCli(args: readonly string[], output: Output): Promise<number> {
  try {
    const [command, ...rest] = args;
    if (args.includes('--help') || command === 'help') return print(output, HELP);
    if (command === '--version') return print(output, `${version()}\n`);
    if (command === 'ask') return await ask(rest, output);
    throw new UsageError(command === undefined ? 'No command is given' : `There is no command '${command}'. Commands: ask`);
  } catch (error) {
    const usage = error instanceof UsageError;
    if (!usage && !isBlazenError(error)) throw error;
    output.error(`${error.message}\n${usage ? 'Type `blazen-ts --help` for help\n' : ''}`);
    return usage ? 2 : 1;
  }
}

function print(output: Output, text: string): number {
  output.write(text);
  return 0;
}
