/** AWS credentials. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Headers that sign a request for an AWS service (Signature Version 4); loads the signer on first use. */
export async function signAwsRequest(
  request: { readonly url: string; readonly method: string; readonly headers: Readonly<Record<string, string>>; readonly body: string },
  credentials: AwsCredentials, region: string, service: string,
): Promise<Record<string, string>> {
  const { AwsV4Signer } = await import('aws4fetch');
  const signed = await new AwsV4Signer({ ...request, ...credentials, region, service }).sign();
  const headers: Record<string, string> = {};
  signed.headers.forEach((value, name) => { headers[name] = value; });
  return headers;
}
