// The building blocks: nothing here knows agents, queues or the server.

export { default as Avatar } from "./Avatar.svelte";
export { default as Badge } from "./Badge.svelte";
export { default as Banner } from "./Banner.svelte";
export { default as Button } from "./Button.svelte";
export { default as Countdown } from "./Countdown.svelte";
export { default as Dialog } from "./Dialog.svelte";
export { default as EmptyState } from "./EmptyState.svelte";
export { default as Field } from "./Field.svelte";
export { default as Icon } from "./Icon.svelte";
export { default as Kbd } from "./Kbd.svelte";
export { default as Menu } from "./Menu.svelte";
export { default as MenuChoice } from "./MenuChoice.svelte";
export { default as MenuItem } from "./MenuItem.svelte";
export { default as Pill } from "./Pill.svelte";
export { default as Popover } from "./Popover.svelte";
export { default as Said } from "./Said.svelte";
export { default as Segmented } from "./Segmented.svelte";
export { default as Select } from "./Select.svelte";
export { default as Slots } from "./Slots.svelte";
export { default as Switch } from "./Switch.svelte";
export { default as Tabs } from "./Tabs.svelte";
export { default as Timer } from "./Timer.svelte";
export { default as Toasts } from "./Toasts.svelte";
export { default as VirtualRows } from "./VirtualRows.svelte";
export { BUCKETS, ICONS, type Bucket, type IconName } from "./icons";
