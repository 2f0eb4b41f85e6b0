/**
 * The nouns of authorization, with Kafka's names and codes on the wire: what may be done ({@link io.margay.model.acl.AclOperation}) to
 * what ({@link io.margay.model.acl.ResourceType}), and the rules that allow or deny it ({@link io.margay.model.acl.Acl}). All of them are
 * immutable.
 */
@Export
@Version("1.0.0")
package io.margay.model.acl;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
