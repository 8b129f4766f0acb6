// Tables that are sorted by their columns.

export function explorePage() {}
