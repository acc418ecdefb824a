/** What a piece of stored content is. */
export type ContentKind =
  | 'image' | 'audio' | 'video' | 'document' | 'three_d_model' | 'cad' | 'archive' | 'font' | 'code' | 'data' | 'other';

/** A store's opaque reference to content; the field names are those of the wire format. */
export interface ContentHandle {
  readonly id: string;
  readonly kind: ContentKind;
  readonly mime_type?: string;
  readonly byte_size?: number;
  readonly display_name?: string;
}

/** Every way to supply an image, a sound, a video or a file to a model. */
export type MediaSource =
  | { readonly type: 'url'; readonly url: string }
  /** Standard base64 without a data-URL prefix. */
  | { readonly type: 'base64'; readonly data: string }
  /** A local path; only content stores of runtimes with a file system can resolve it. */
  | { readonly type: 'file'; readonly path: string }
  /** A file uploaded to a provider's own file API. */
  | { readonly type: 'provider_file'; readonly provider: string; readonly id: string }
  /** Content in a ContentStore; the store replaces it by one of the others before the request is built. */
  | { readonly type: 'handle'; readonly handle: ContentHandle };
