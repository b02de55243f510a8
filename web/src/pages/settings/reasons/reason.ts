// A reason in the fields of a form, and back.

import { m } from "$words";
import type { Problem, Schemas } from "$api";
import { sentence } from "$lib/errors";
import type { Faults } from "$lib/form.svelte";
import { BUILT_IN_REASONS } from "$lib/words";

/** What stands in the fields. */
export type ReasonValues = {
  code: string;
  names: { locale: string; name: string }[];
  class: Schemas["ClassWord"];
  color: string;
  active: boolean;
  paid: boolean;
};

/** The reasons that are in every account from its beginning; the last is for a break that has none. */
export const BUILT_IN: readonly string[] = [...BUILT_IN_REASONS, "unspecified"];

/** A reason of which nothing is said yet. English is asked for: it stands in where a language has no name. */
export function newReason(): ReasonValues {
  return {
    code: "",
    names: [{ locale: "en", name: "" }],
    class: "away",
    color: "#E48E09",
    active: true,
    paid: false,
  };
}

/** A reason as fields. */
export function reasonValues(reason: Schemas["Reason"]): ReasonValues {
  const usual = newReason();
  return {
    code: reason.code,
    names: reason.names.map(({ locale, name }) => ({ locale, name })),
    class: reason.class,
    color: (reason.color ?? "#FFFFFF").toUpperCase(),
    active: reason.active ?? usual.active,
    paid: reason.paid ?? usual.paid,
  };
}

/** The fields as a body. */
export function reasonBody(values: ReasonValues): Schemas["ReasonBody"] {
  return {
    ...values,
    code: values.code.trim(),
    names: values.names.map(({ locale, name }) => ({ locale: locale.trim(), name: name.trim() })),
  };
}

/** What is wrong with a reason before the server is asked. */
export function reasonFaults(values: ReasonValues): Faults {
  return {
    code: /^[a-z0-9_]{1,32}$/.test(values.code.trim()) ? undefined : m.settings_must_code(),
    names: namesFault(values.names),
    color: /^#[0-9A-Fa-f]{6}$/.test(values.color) ? undefined : m.settings_must_color(),
  };
}

/** Why a reason was refused; that there are too many is worth saying what to do about it. */
export function sayReasonRefused(problem: Problem): string {
  return problem.code === "limit_reached" ? m.settings_reason_limit() : sentence(problem);
}

function namesFault(names: ReasonValues["names"]): string | undefined {
  const locales = names.map(({ locale }) => locale.trim());
  if (!locales.includes("en")) return m.settings_must_english();
  if (new Set(locales).size < locales.length) return m.settings_must_once();
  const good = names.every(({ locale, name }) => /^[a-z]{2}$/.test(locale.trim()) && name.trim() !== "");
  return good ? undefined : m.settings_must_names();
}
