/** Keys that sign: Ed25519 as raw bytes, and the secrets of Standard Webhooks. */
package io.waystation.key;
