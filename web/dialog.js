// Dialogs that ask for something.

import { html, useEffect, useId, useRef, useState } from './preact.js';

/**
 * A modal dialog with a form. `onSubmit` gets a signal, and may return a promise: the dialog stays
 * until it is kept, and shows why it was broken. Whoever closes the dialog before aborts the signal;
 * `onCancel` is called then. The browser keeps the focus inside and gives it back.
 */
export function Dialog({ title, action, isDanger, isDisabled, onSubmit, onCancel, onClose, children }) {
  const element = useRef();
  const running = useRef(null);
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  useEffect(() => {
    element.current.showModal();
    return () => running.current?.abort();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (running.current) return;
    const controller = new AbortController();
    running.current = controller;
    setBusy(true);
    setError('');
    try {
      await onSubmit(controller.signal);
      running.current = null;
      element.current?.close();
    } catch (cause) {
      running.current = null;
      if (!controller.signal.aborted) setError(cause.message);
    } finally {
      setBusy(false);
    }
  };
  const close = () => {
    if (running.current) {
      running.current.abort();
      onCancel?.();
    }
    onClose();
  };
  return html`
    <dialog ref=${element} onClose=${close} aria-labelledby=${id}>
      <form onSubmit=${submit}>
        <h2 id=${id} class="text">${title}</h2>
        ${children}
        ${error && html`<p class="note error" role="alert">${error}</p>`}
        <div class="bar end">
          <button type="button" onClick=${() => element.current.close()}>Cancel</button>
          <button class=${isDanger ? 'danger' : 'primary'} disabled=${isDisabled || isBusy}>${action}</button>
        </div>
      </form>
    </dialog>`;
}

/** A labelled input. */
export function Field({ label, hint, ...input }) {
  const id = useId();
  return html`
    <p class="field">
      <label for=${id}>${label}</label>
      <input id=${id} autocomplete="off" spellcheck=${false} aria-describedby=${hint ? `${id}-hint` : undefined} ...${input}/>
      ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}
    </p>`;
}
