// What several views need of the browser.

import { follow } from './live.js';
import { useEffect, useReducer, useRef } from './preact.js';

const hiddenMax = 30_000;  // ms: then a page that nobody sees follows nothing any more

/** Renders again, by the returned function. */
export function useRender() {
  return useReducer((count) => count + 1, 0)[1];
}

/** Calls `tick` every `milliseconds`, while the page is seen. */
export function useInterval(tick, milliseconds) {
  const latest = useRef();
  latest.current = tick;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || latest.current(), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}

/** Returns when the page is hidden for a while, and when it is shown again. */
function watchVisibility(onHide, onShow) {
  let timer;
  const change = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(onHide, hiddenMax);
    else onShow();
  };
  document.addEventListener('visibilitychange', change);
  return () => {
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', change);
  };
}

/**
 * Follows counters while the page is seen. A browser has six connections to a server: a page uses one
 * for this, and none when it is hidden.
 */
export function useFollow(client, names, listener) {
  const latest = useRef();
  latest.current = listener;
  const key = JSON.stringify(names);
  useEffect(() => {
    if (names.length === 0) return undefined;
    let stop;
    const show = () => {
      stop ??= follow(client, names, {
        onState: (state) => latest.current.onState(state),
        onGone: (name) => latest.current.onGone(name),
        onStatus: (status, error) => latest.current.onStatus(status, error),
      });
    };
    const hide = () => {
      stop?.();
      stop = undefined;
    };
    show();
    const unwatch = watchVisibility(hide, show);
    return () => {
      unwatch();
      hide();
    };
  }, [client, key]);
}

/** Calls `press` for a key that no input wants. */
export function useKey(key, press) {
  useEffect(() => {
    const listen = (event) => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest('input, textarea, select, dialog')) return;
      event.preventDefault();
      press();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, [key]);
}
