import { mount } from 'svelte';
import { connectHost } from '$lib/ipc';
import { Desk } from '$lib/state/desk.svelte';
import App from './App.svelte';
import './app.css';

const target = document.getElementById('app');
if (target) {
  const desk = new Desk(await connectHost());
  // The first thing painted is in the owner's language and has the rows in it: a frame without them,
  // and a second one with, take longer than both at once.
  await Promise.race([desk.start(), desk.readyToShow]);
  mount(App, { target, props: { desk } });
}
