/** Which build of the console this is, by version and commit, and when it was made. */
export const release = import.meta.env['RELEASE'] as string;
export const builtAt = import.meta.env['BUILT_AT'] as string;
