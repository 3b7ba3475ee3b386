// Dialogs that ask for something.

import { html, useEffect, useId, useRef, useState } from './preact.js';

/**
 * A modal dialog with a form. `onSubmit` may return a promise: the dialog stays until it is kept, and
 * shows why it was broken. The browser keeps the focus inside and gives it back.
 */
export function Dialog({ title, action, isDanger, isDisabled, onSubmit, onClose, children }) {
  const element = useRef();
  const [error, setError] = useState('');
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  useEffect(() => element.current.showModal(), []);
  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      await onSubmit();
      element.current?.close();
    } catch (cause) {
      setError(cause.message);
    } finally {
      setBusy(false);
    }
  };
  return html`
    <dialog ref=${element} onClose=${onClose} aria-labelledby=${id}>
      <form onSubmit=${submit}>
        <h2 id=${id}>${title}</h2>
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
