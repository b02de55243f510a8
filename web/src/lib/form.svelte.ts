// What is entered, what is wrong with it, and whether it is saved.

import { asProblem, type Problem } from "./api/problem";
import { same } from "./conflict";
import { sentence } from "./errors";

/** What is wrong, by field. */
export type Faults = Partial<Record<string, string>>;

/** What a form knows of its fields. */
export type FormRules<Values> = {
  /** What is wrong already here, in the reader's language. */
  rules?: (values: Values) => Faults;
  /** What a field must be, for when the server refuses it; else the server's own words are shown. */
  musts?: Partial<Record<string, () => string>>;
  /** Beside which field a refusal stands that names none, by its code. */
  beside?: Partial<Record<string, string>>;
};

/**
 * The fields of a form by name. Faults are told when a field was left or the form was sent; what the server refused
 * stands beside the field until it is changed.
 *
 *     const form = new Form({ name: "" }, { rules: ({ name }) => ({ name: name ? undefined : m.required() }) });
 *     <form {...form.events(save)}><Field name="name" bind:value={form.values.name} error={form.fault("name")} /></form>
 */
export class Form<Values extends object> {
  values: Values = $state() as Values;
  #saved: Values = $state.raw() as Values;
  #left = $state.raw<ReadonlySet<string>>(new Set());
  #sent = $state(false);
  #busy = $state(false);
  #problem = $state.raw<Problem | undefined>(undefined);
  #refused: Values | undefined;

  constructor(
    values: Values,
    private readonly knows: FormRules<Values> = {},
  ) {
    this.begin(values);
  }

  /** Whether something is entered that is not saved. */
  get dirty(): boolean {
    return !same(this.values, this.#saved);
  }

  /** What is stored, as far as this form knows. */
  get saved(): Values {
    return this.#saved;
  }

  /** It is being sent. */
  get busy(): boolean {
    return this.#busy;
  }

  /** Why it was refused the last time, where no field tells it. */
  get problem(): Problem | undefined {
    const problem = this.#problem;
    if (problem === undefined) return undefined;
    return this.#places(problem).length > 0 ? undefined : problem;
  }

  /** What is wrong with a field. */
  fault(name: string): string | undefined {
    const rule = this.knows.rules?.(this.values)[name];
    if (rule !== undefined && (this.#sent || this.#left.has(name))) return rule;
    return this.#refusal(name);
  }

  /** Starts with these values: nothing is entered yet, nothing is wrong. */
  begin(values: Values): void {
    this.#saved = structuredClone(values);
    this.values = structuredClone(values);
    this.#left = new Set();
    this.#sent = false;
    this.#problem = undefined;
  }

  /** What is stored is now this; what is entered stays. */
  rebase(saved: Values, entered: Values): void {
    this.begin(saved);
    this.values = structuredClone(entered);
  }

  /** Takes back what was entered. */
  discard(): void {
    this.begin(this.#saved);
  }

  /** Sends, if nothing is wrong already here. Whether it was done. */
  async send(write: (values: Values) => Promise<unknown>): Promise<boolean> {
    if (this.#busy) return false;
    this.#sent = true;
    this.#problem = undefined;
    if (Object.values(this.knows.rules?.(this.values) ?? {}).some(Boolean)) return false;
    const values = $state.snapshot(this.values) as Values;
    this.#busy = true;
    try {
      await write(values);
      this.#saved = values;
      this.#sent = false;
      this.#left = new Set();
      return true;
    } catch (thrown) {
      this.#problem = asProblem(thrown);
      this.#refused = values;
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** For the `<form>`: it is sent by `submit`, and the first field at fault gets the focus. */
  events(submit: () => Promise<boolean>) {
    return {
      novalidate: true,
      onfocusout: ({ target }: FocusEvent) => {
        if (target instanceof Element && target.hasAttribute("name")) {
          this.#left = new Set([...this.#left, target.getAttribute("name") ?? ""]);
        }
      },
      onsubmit: async (event: SubmitEvent) => {
        event.preventDefault();
        const form = event.currentTarget;
        if (await submit()) return;
        if (form instanceof HTMLElement) requestAnimationFrame(() => focusFault(form));
      },
    };
  }

  #refusal(name: string): string | undefined {
    const problem = this.#problem;
    if (problem === undefined) return undefined;
    const place = this.#places(problem).find((one) => one === name || one.startsWith(`${name}[`));
    if (place === undefined || !same(valueOf(this.#refused, name), valueOf(this.values, name)))
      return undefined;
    // That it is somebody else's is not about what it must be.
    if (problem.code === "taken" || problem.errors.length === 0) return sentence(problem);
    return this.knows.musts?.[name]?.() ?? problem.field(place);
  }

  #places(problem: Problem): string[] {
    const beside = this.knows.beside?.[problem.code];
    return [...problem.errors.map((fault) => fault.field), ...(beside === undefined ? [] : [beside])].filter(
      (place) => (place.split(/[[.]/)[0] ?? "") in this.values,
    );
  }
}

/** Moves to the first field that is wrong, within a form. */
export function focusFault(form: HTMLElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

function valueOf(values: object | undefined, name: string): unknown {
  return values === undefined ? undefined : (values as Record<string, unknown>)[name];
}
