import { describe, expect, it } from '@jest/globals';
import { classifySilent } from './common-classification.js';

describe('a 200 whose body nobody has documented', () => {
  it.each([
    'ERROR: no such click',
    'status=error',
    'result: "failed"',
    '{"status":"ERROR"}',
    '{"result":"error","code":7}',
    '{"ok":false}',
    '{"success":0}',
    '{"error":"no such click"}',
    '{"data":{"errors":[{"message":"no such click"}]}}',
    '<?xml version="1.0"?><response><status>error</status></response>',
    '<response>\n<success> 0 </success></response>',
  ])('is no success when it plainly says no: %s', (body) => {
    expect(classifySilent({ status: 200, body })).toMatchObject({ outcome: 'retry', atMost: 5 });
  });

  it.each([
    '',
    'OK: 0 errors',
    'no error',
    '{"status":"ok","error":null,"errors":[ ]}',
    '{"error":false,"error_message":""}',
    '<html><script>if (status === "error") retry();</script><a href="/?status=error">x</a></html>',
    '<response><success>1</success><error></error></response>',
  ])('is delivered when it only mentions the word, or nothing: %s', (body) => {
    expect(classifySilent({ status: 200, body })).toEqual({ outcome: 'delivered', confirmed: false });
  });
});
