/**
 * Remembers what a pure function answered, for the texts asked for most recently: a few user agents make up most of the
 * traffic, and telling a robot by one costs more than reading the rest of the request.
 *
 * @param most Texts remembered; those not asked for longest are forgotten.
 */
export function recentAnswers<Answer>(most: number, answer: (text: string) => Answer): (text: string) => Answer {
  // Two generations: when the young one is full it becomes the old one, and what was old is forgotten.
  let young = new Map<string, Answer>();
  let old = new Map<string, Answer>();
  return (text) => {
    let known = young.get(text);
    if (known !== undefined) return known;
    known = old.get(text) ?? answer(text);
    if (young.size >= most / 2) [young, old] = [new Map(), young];
    young.set(text, known);
    return known;
  };
}
