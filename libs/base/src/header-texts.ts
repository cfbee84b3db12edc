/** The name of a header: a token (RFC 9110, 5.6.2). */
export const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The value of a header as Node sends it; a request with another one is not sent, and its error shows the value. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Headers of a message's content and of its connection, which the sender sets. If a caller sets another value, the message is not sent, or its reader refuses
 * it.
 */
export const MESSAGE_HEADER = /^(content-(length|type|encoding)|transfer-encoding|connection|keep-alive|expect|te|trailer|upgrade)$/i;
