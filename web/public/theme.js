// Runs before the first paint, so that a dark page never flashes white. A file, not an inline script: the
// content security policy allows none.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('sonde.theme') ?? 'system';
  } catch {
    // Storage can be forbidden: then the system's preference is all there is.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
