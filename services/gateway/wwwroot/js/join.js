// Takes a one-time link: its secret is behind the #, which no server and no log ever sees.

import { post } from './api.js';

const form = document.getElementById('join');
const said = document.getElementById('said');
const invitation = location.hash.slice(1);
// Whoever looks over a shoulder, or at the history, finds nothing.
history.replaceState(null, '', location.pathname);

function say(text, bad) {
  said.textContent = text;
  said.className = bad ? 'bad' : 'up';
}

form.addEventListener('submit', async event => {
  event.preventDefault();
  const { name, password, again } = Object.fromEntries(new FormData(form));
  if (password !== again) return say('The two passwords differ.', true);
  form.querySelector('button').disabled = true;
  try {
    await post('/auth/users', { invitation, name, password });
    form.reset();
    say(`${name} may sign in now.`, false);
    const link = Object.assign(document.createElement('a'), { href: '/sign-in.html', textContent: ' Sign in' });
    said.append(link);
  } catch (problem) {
    form.querySelector('button').disabled = false;
    say(problem.message, true);
  }
});

if (!invitation) say('This page takes a one-time link: ./run prints the first, an admin makes the others.', true);
