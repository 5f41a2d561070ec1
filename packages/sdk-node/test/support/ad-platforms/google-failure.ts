import { text } from './platform.js';

export function googleFailure(code: string, kind = 'conversionUploadError'): object {
  return { message: 'see details', details: [{ errors: [{ errorCode: { [kind]: code }, message: 'x' }] }] };
}

export function partial(code: string, kind?: string): string {
  return text({ partialFailureError: { code: 3, ...googleFailure(code, kind) }, results: [{}] });
}
