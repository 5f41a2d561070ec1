// Asks once whether the click may be kept, remembers the answer, and tells the browser SDK, which waits for it.
// `tallyback` may not have loaded yet: until then it is a queue.
const KEY = 'fjell-consent';
const banner = document.getElementById('consent');
const settings = document.getElementById('consent-settings');

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Storage is switched off: then the question comes again on the next page.
    return null;
  }
}

function tell(answer) {
  window.tallyback = window.tallyback || [];
  window.tallyback.push(['setConsent', answer]);
}

banner.addEventListener('click', ({ target }) => {
  const { answer } = target.dataset;
  if (!answer) return;
  try {
    localStorage.setItem(KEY, answer);
  } catch {
    // See above.
  }
  tell(answer);
  banner.hidden = true;
  // A keyboard user stands on a button that is gone now.
  settings.focus();
});

settings.addEventListener('click', () => {
  banner.hidden = false;
  banner.querySelector('button').focus();
});

const answer = remembered();
if (answer) tell(answer);
else banner.hidden = false;
