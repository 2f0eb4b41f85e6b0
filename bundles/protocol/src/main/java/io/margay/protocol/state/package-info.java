/**
 * One class for each record key and value of {@code __consumer_offsets}, {@code __transaction_state} and
 * {@code __share_group_state}, generated at build time. A key is stored as the int16 {@code RECORD_TYPE} and the key in version
 * 0; a value as the int16 version and the value in that version.
 */
@Export
@Version("1.0.0")
package io.margay.protocol.state;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
