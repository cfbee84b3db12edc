/** The instrumentation scope of spans that BeTrace itself emits: its receivers recognise them, and never evaluate them. */
export const OWN_SCOPE = 'betrace';
