//! The time that the pointer is at, shared by all panels of the page.
import { store } from "../api/store";

export interface Crosshair {
  at: number;
  /** Where the pointer is: that one draws it by itself. */
  source: object;
}

export const crosshair = store<Crosshair | null>(null);
