/**
 * The nouns of the server and the ports through which its parts reach time and failure. Everything here is immutable, stateless
 * ({@link io.margay.model.DurableFiles}) or an interface, except {@link io.margay.model.LineLimit}, which each part that logs on
 * behalf of clients creates for itself.
 */
@Export
@Version("1.5.0")
package io.margay.model;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
