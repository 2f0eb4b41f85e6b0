package io.margay.itests.cluster;

/** The same where nothing is open. */
@Secured
class SecuredFailoverIT extends FailoverIT {
}
