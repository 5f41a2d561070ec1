// Asks once whether the click may be kept, remembers the answer, and tells the browser SDK, which waits for it.
// `tallyback` may not have loaded yet: until then it is a queue.
const KEY = 'fjell-consent';
const banner = document.getElementById('consent');
const settings = document.getElementById('consent-settings');

function remembered() {
  // Blocked cookies: then the question comes again on the next page.
  return document.cookie
    .split('; ')
    .find((pair) => pair.startsWith(`${KEY}=`))
    ?.slice(KEY.length + 1);
}

function tell(answer) {
  window.tallyback = window.tallyback || [];
  window.tallyback.push(['setConsent', answer]);
}

banner.addEventListener('click', ({ target }) => {
  const { answer } = target.dataset;
  if (!answer) return;
  // A cookie, because the server has to know as well whether it may keep the click.
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing on plain http
  document.cookie = `${KEY}=${answer}; Path=/; Max-Age=15552000; SameSite=Lax`;
  tell(answer);
  // The server's cookie follows at once. Should this fail, it follows with the next page.
  // The answer is read because Chromium takes one that nobody wants for an aborted request.
  fetch('/_c/click', { method: answer === 'granted' ? 'POST' : 'DELETE' })
    .then((response) => response.text())
    .catch(() => {});
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
