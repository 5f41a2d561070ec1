import { text } from './platform.js';

export function failureOf(code: string, kind = 'conversionUploadError'): object {
  return { message: 'see details', details: [{ errors: [{ errorCode: { [kind]: code }, message: 'x' }] }] };
}

export function partial(code: string, kind?: string): string {
  return text({ partialFailureError: { code: 3, ...failureOf(code, kind) }, results: [{}] });
}
