// Vitest's global set-up: tests that start Sotto's processes run what is built, which must be of the present sources.
export { setUp as default } from './setup.mjs';
