// Begins a session, whose tokens are in cookies that no script reads.

import { post } from './api.js';

const form = document.getElementById('sign-in');
const second = document.getElementById('second');
const said = document.getElementById('said');

form.addEventListener('submit', async event => {
  event.preventDefault();
  const { name, password, code } = Object.fromEntries(new FormData(form));
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    await post('/auth/sign-in', { name, password, code: code || null, cookies: true });
    location.replace('/');
  } catch (problem) {
    button.disabled = false;
    said.textContent = problem.message;
    said.className = 'bad';
    if (problem.code !== 'second_factor_required') return;

    second.hidden = false;
    form.elements.code.focus();
  }
});
