import { describe, expect, it } from '@jest/globals';
import { recentAnswers } from './recent-answers.js';

describe('recent answers', () => {
  it('are given again without asking, for the texts asked for most recently', () => {
    const asked: string[] = [];
    const length = recentAnswers(4, (text) => {
      asked.push(text);
      return text.length;
    });
    expect(['a', 'bb', 'a', 'ccc', 'a', 'bb'].map(length)).toEqual([1, 2, 1, 3, 1, 2]);
    expect(asked).toEqual(['a', 'bb', 'ccc']);
    for (const text of ['d', 'e', 'f', 'g']) length(text);
    asked.length = 0;
    expect(length('ccc')).toBe(3);
    expect(asked).toEqual(['ccc']);
  });
});
