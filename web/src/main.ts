// Where the console begins.

import { mount } from "svelte";
import { getLocale, getTextDirection } from "$locale";
import { live } from "$live";
import App from "./App.svelte";
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";

document.documentElement.lang = getLocale();
document.documentElement.dir = getTextDirection();

live.clock.start();

const target = document.querySelector("#app");
if (target === null) throw new Error("index.html has the element #app");
mount(App, { target });
