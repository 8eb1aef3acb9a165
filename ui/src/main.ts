import { mount } from 'svelte';
import { connectHost } from '$lib/ipc';
import { Desk } from '$lib/state/desk.svelte';
import App from './App.svelte';
import './app.css';

const target = document.getElementById('app');
if (target) {
  const desk = new Desk(await connectHost());
  // Words first: the first thing painted is in the owner's language.
  const started = desk.start();
  await Promise.race([started, desk.spoke]);
  mount(App, { target, props: { desk } });
}
