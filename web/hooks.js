// What several views need of the browser.

import { UnreachableError } from './api.js';
import { follow } from './live.js';
import { useEffect, useReducer, useRef } from './preact.js';

const hiddenMax = 5000;   // ms: then a page that nobody sees follows nothing any more
const pollEvery = 5000;   // ms, while there is no room for a stream

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

/** Calls `show` when the page is seen again. */
export function useShown(show) {
  const latest = useRef();
  latest.current = show;
  useEffect(() => {
    const change = () => document.hidden || latest.current();
    document.addEventListener('visibilitychange', change);
    return () => document.removeEventListener('visibilitychange', change);
  }, []);
}

/**
 * Follows counters while the page is seen: `what` and `listener` as follow() has them, and
 * `onPoll`, which is called now and then while the server has no room for the stream, and `onStop`,
 * when nothing is followed any more. A browser has
 * six connections to a server: a page uses one for this, and none when it is hidden.
 */
export function useFollow(client, what, listener) {
  const latest = useRef();
  latest.current = listener;
  const isBusy = useRef(false);
  const key = JSON.stringify(what);
  useEffect(() => {
    let stop;
    let timer;
    const show = () => {
      stop ??= follow(client, what, {
        onState: (state) => latest.current.onState(state),
        onGone: (name) => latest.current.onGone(name),
        onBegin: () => latest.current.onBegin?.(),
        onReady: (hasMore) => latest.current.onReady?.(hasMore),
        onStatus: (status, error) => {
          isBusy.current = status === 'busy';
          if (isBusy.current) latest.current.onPoll?.();
          latest.current.onStatus(status, error);
        },
      });
    };
    const hide = () => {
      if (stop) latest.current.onStop?.();
      stop?.();
      stop = undefined;
      isBusy.current = false;
    };
    const change = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(hide, hiddenMax);
      else show();
    };
    if (!document.hidden) show();
    document.addEventListener('visibilitychange', change);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', change);
      hide();
    };
  }, [client, key]);
  useInterval(() => isBusy.current && latest.current.onPoll?.(), pollEvery);
}

/**
 * Returns `change(what, make)`: a change that is sent again with its key if its response was lost,
 * so that it is made once. `what` describes it; `make` sends it, with the options it is given.
 */
export function useOnce() {
  const unsettled = useRef(null);
  return async (what, make) => {
    const isAgain = unsettled.current?.what === what;
    try {
      const result = await make(isAgain ? { key: unsettled.current.key } : {});
      unsettled.current = null;
      return result;
    } catch (error) {
      const isLost = error instanceof UnreachableError && !error.isKnown;
      unsettled.current = isLost ? { what, key: error.key } : null;
      if (!isLost) throw error;
      throw new Error('No answer: it may have been done, or not. Press again: it is done once.', { cause: error });
    }
  };
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
