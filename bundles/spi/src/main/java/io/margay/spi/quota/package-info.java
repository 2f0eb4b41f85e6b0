/**
 * What limits how much of the broker a client may use. The bundle that counts registers {@link io.margay.spi.quota.ClientQuotas} while
 * there are limits, and the server asks it for each request. No service means that nothing is limited, so a broker without limits pays one
 * read of a field for each request.
 *
 * <p>A client that has used more than its share is answered at once, with the time that it should wait, and its connection is not read for
 * that long.
 */
@Export
@Version("1.0.0")
package io.margay.spi.quota;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
