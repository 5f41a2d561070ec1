/**
 * Thrown by a working set that is asked for what it has not read yet. What was asked is noted; the group reads it and
 * decides again from the start. No error, and so without a stack: only the group may see it.
 */
export const NOT_LOADED: unique symbol = Symbol('not loaded');
