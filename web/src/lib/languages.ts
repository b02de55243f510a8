// The languages of the console, each by its own name.

import { locales } from "$locale";

const NAMES: Record<(typeof locales)[number], string> = { en: "English", ar: "العربية" };

/** All of them, to be chosen from. */
export const LANGUAGES = locales.map((locale) => ({ locale, name: NAMES[locale] }));
