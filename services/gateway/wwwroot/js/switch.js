// The kill switch: halting wants a confirmation, resuming a reason of one's own.

import { post } from './api.js';
import { byId, text } from './dom.js';

export function wireSwitch(isHalted, onSwitched) {
  const dialog = byId('switch');
  const reason = byId('switch-reason');
  const go = byId('switch-go');
  let path;

  byId('halt').addEventListener('click', () => {
    const halted = isHalted();
    path = halted ? '/api/v1/resume' : '/api/v1/halt';
    text(byId('switch-title'), halted ? 'Resume trading?' : 'Halt trading?');
    text(byId('switch-text'), halted
      ? 'New orders will be sent again, on every session.'
      : 'No new order is sent on any session until trading is resumed. Open positions stay as they are.');
    text(go, halted ? 'Resume trading' : 'Halt trading');
    go.classList.toggle('resume', halted);
    reason.value = halted ? '' : 'Halted from the console';
    text(byId('switch-error'), '');
    dialog.showModal();
    reason.focus();
    reason.select();
  });
  byId('switch-cancel').addEventListener('click', () => dialog.close());
  byId('switch-form').addEventListener('submit', async event => {
    event.preventDefault();
    if (!reason.value.trim()) return;
    go.disabled = true;
    try {
      await post(path, { reason: reason.value.trim() });
      dialog.close();
      onSwitched();
    } catch (problem) {
      text(byId('switch-error'), problem.message);
    } finally {
      go.disabled = false;
    }
  });
}
