// Keeps the page of something at work up to date: asks for the page anew and takes over its content where that has changed, so that what
// is unfolded, focused and scrolled to stays. Nothing from the answer runs: it is parsed as a document that has no window.
(() => {
  'use strict';
  const root = document.documentElement;
  const main = document.getElementById('main');
  const charts = () => document.getElementById('charts');
  const state = document.getElementById('live');
  let shown = main.innerHTML;
  let paused = false;

  const say = text => { state.querySelector('span').textContent = text; };
  const button = document.createElement('button');
  button.textContent = 'Pause';
  button.addEventListener('click', () => {
    paused = !paused;
    button.textContent = paused ? 'Go on' : 'Pause';
    say(paused ? 'The page stands still.' : 'This page follows what is at work.');
  });
  state.append(' ', button);

  // What a part is called wherever it stands: places change as parts are added.
  const name = part => [part.localName, part.closest('figure')?.querySelector('h3')?.textContent, part.getAttribute('aria-label'),
    (part.localName === 'details' ? part.querySelector('summary') : part).textContent.slice(0, 200)].join('\n');
  const named = parts => new Map([...parts].map(part => [name(part), part]));
  const boxes = () => new Map([...main.querySelectorAll('.wide, .scroll')].map(box => [box.getAttribute('aria-label') ??
    box.firstElementChild.getAttribute('aria-label'), box]));

  const take = fresh => {
    const folds = named(main.querySelectorAll('details'));
    const scrolled = boxes();
    const focused = main.contains(document.activeElement) ? name(document.activeElement) : null;
    const [x, y] = [window.scrollX, window.scrollY];
    main.replaceChildren(...fresh.getElementById('main').childNodes);
    if (charts()) charts().textContent = fresh.getElementById('charts').textContent;
    for (const [key, part] of named(main.querySelectorAll('details'))) if (folds.has(key)) part.open = folds.get(key).open;
    document.dispatchEvent(new Event('content'));
    for (const [key, box] of boxes()) {
      if (scrolled.has(key)) [box.scrollLeft, box.scrollTop] = [scrolled.get(key).scrollLeft, scrolled.get(key).scrollTop];
    }
    if (focused !== null) named(main.querySelectorAll('a, summary, [tabindex]')).get(focused)?.focus({ preventScroll: true });
    window.scrollTo(x, y);
  };

  const update = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch(location.href, { cache: 'no-store' });
      if (!answer.ok) return say('The server cannot read this now.');
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      // It has come to its end, or to its first chart: the page needs what it did not bring.
      if (!fresh.documentElement.dataset.refresh || !fresh.getElementById('charts') !== !charts()) return location.reload();
      const now = fresh.getElementById('main').innerHTML;
      if (now === shown) return;
      shown = now;
      take(fresh);
      say('This page follows what is at work.');
    } catch {
      say('The server does not answer.');
    }
  };

  setInterval(update, 1000 * Number(root.dataset.refresh));
})();
