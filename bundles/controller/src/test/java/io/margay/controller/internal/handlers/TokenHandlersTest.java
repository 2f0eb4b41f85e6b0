package io.margay.controller.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.DelegationToken;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.message.CreateDelegationTokenRequest;
import io.margay.protocol.message.CreateDelegationTokenRequest.CreatableRenewers;
import io.margay.protocol.message.CreateDelegationTokenResponse;
import io.margay.protocol.message.DescribeDelegationTokenRequest;
import io.margay.protocol.message.DescribeDelegationTokenRequest.DescribeDelegationTokenOwner;
import io.margay.protocol.message.DescribeDelegationTokenResponse;
import io.margay.protocol.message.DescribeDelegationTokenResponse.DescribedDelegationToken;
import io.margay.protocol.message.ExpireDelegationTokenRequest;
import io.margay.protocol.message.ExpireDelegationTokenResponse;
import io.margay.protocol.message.RenewDelegationTokenRequest;
import io.margay.protocol.message.RenewDelegationTokenResponse;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.FakeRequest;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.Authorizer;
import io.margay.spi.security.TokenSettings;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenHandlersTest extends HandlerTest {
  private static final Principal ALICE = new Principal("User", "alice");
  private static final Principal BOB = new Principal("User", "bob");
  private static final Principal CAROL = new Principal("User", "carol");

  private final Set<String> allowed = new HashSet<>();

  /** Allows what is listed, as operation, kind and name. */
  private record Listed(Set<String> allowed) implements Authorizer {
    @Override
    public boolean allows(Principal principal, InetAddress host, AclOperation operation, ResourceType type, String name) {
      return allowed.contains(operation + " " + type + " " + name);
    }

    @Override
    public boolean allowsAny(Principal principal, InetAddress host, AclOperation operation, ResourceType type) {
      return false;
    }

    @Override
    public long version() {
      return 0;
    }
  }

  @BeforeEach
  void enable() {
    settings.set(TokenSettings.SECRET_KEY, "master");
  }

  private <R extends Message> R ask(Principal who, String listener, ApiHandler handler, Message message, Supplier<R> type) throws Exception {
    return ask(handler.api().highest(), who, listener, handler, message, type);
  }

  private <R extends Message> R ask(short version, Principal who, String listener, ApiHandler handler, Message message, Supplier<R> type)
      throws Exception {
    FakeRequest request = new FakeRequest(handler.api(), message, version).listener(listener).principal(who).authorizer(new Listed(allowed));
    handler.handle(request);
    request.runLoop();
    return Messages.read(type, request.bytes().get(60, TimeUnit.SECONDS), version);
  }

  private CreateDelegationTokenResponse create(Principal who, String listener, CreateDelegationTokenRequest message) throws Exception {
    return ask(who, listener, new CreateDelegationTokenHandler(controller), message, CreateDelegationTokenResponse::new);
  }

  private static CreateDelegationTokenRequest wanted(long maxLifetimeMs, Principal... renewers) {
    return new CreateDelegationTokenRequest().setMaxLifetimeMs(maxLifetimeMs).setOwnerPrincipalName(null).setOwnerPrincipalType(null)
        .setRenewers(List.of(renewers).stream()
            .map(r -> new CreatableRenewers().setPrincipalType(r.type()).setPrincipalName(r.name())).toList());
  }

  private Errors refusal(Principal who, String listener, CreateDelegationTokenRequest message) throws Exception {
    CreateDelegationTokenResponse answer = create(who, listener, message);
    assertThat(answer.hmac()).isEmpty();
    return Errors.forCode(answer.errorCode());
  }

  private CreateDelegationTokenResponse create(Principal who, Principal... renewers) throws Exception {
    CreateDelegationTokenResponse created = create(who, "EXTERNAL", wanted(-1, renewers));
    assertThat(created.errorCode()).isZero();
    return created;
  }

  private Errors renew(Principal who, byte[] hmac, long periodMs) throws Exception {
    RenewDelegationTokenResponse answer = ask(who, "EXTERNAL", new RenewDelegationTokenHandler(controller),
        new RenewDelegationTokenRequest().setHmac(hmac).setRenewPeriodMs(periodMs), RenewDelegationTokenResponse::new);
    assertThat(answer.expiryTimestampMs() == -1).isEqualTo(answer.errorCode() != 0);
    return Errors.forCode(answer.errorCode());
  }

  private Errors expire(Principal who, byte[] hmac, long periodMs) throws Exception {
    return Errors.forCode(ask(who, "EXTERNAL", new ExpireDelegationTokenHandler(controller),
        new ExpireDelegationTokenRequest().setHmac(hmac).setExpiryTimePeriodMs(periodMs), ExpireDelegationTokenResponse::new).errorCode());
  }

  private List<String> described(Principal who, Principal... owners) throws Exception {
    DescribeDelegationTokenResponse answer = ask(who, "EXTERNAL", new DescribeDelegationTokenHandler(controller),
        new DescribeDelegationTokenRequest().setOwners(owners.length == 0 ? null : List.of(owners).stream()
            .map(o -> new DescribeDelegationTokenOwner().setPrincipalType(o.type()).setPrincipalName(o.name())).toList()),
        DescribeDelegationTokenResponse::new);
    assertThat(answer.errorCode()).isZero();
    return answer.tokens().stream().map(DescribedDelegationToken::tokenId).toList();
  }

  private DelegationToken stored(String id) {
    return controller.image().tokens().get(id);
  }

  @Test
  void aTokenIsKeptWithoutItsSecret() throws Exception {
    CreateDelegationTokenResponse created = create(ALICE, BOB);
    assertThat(created.hmac()).hasSize(64);
    assertThat(created.principalName()).isEqualTo("alice");
    assertThat(created.maxTimestampMs() - created.issueTimestampMs()).isEqualTo(604_800_000);
    assertThat(created.expiryTimestampMs() - created.issueTimestampMs()).isEqualTo(86_400_000);
    DelegationToken token = stored(created.tokenId());
    assertThat(token.owner()).isEqualTo("User:alice");
    assertThat(token.renewers()).containsExactly("User:bob");
    CreateDelegationTokenResponse brief = create(ALICE, "EXTERNAL", wanted(1_000));
    assertThat(brief.expiryTimestampMs()).isEqualTo(brief.maxTimestampMs()).isEqualTo(brief.issueTimestampMs() + 1_000);
  }

  @Test
  void eachVersionIsAnswered() throws Exception {
    CreateDelegationTokenHandler create = new CreateDelegationTokenHandler(controller);
    DescribeDelegationTokenHandler describe = new DescribeDelegationTokenHandler(controller);
    for (short version = create.api().lowest(); version <= create.api().highest(); version++) {
      assertThat(ask(version, ALICE, "EXTERNAL", create,
          new CreateDelegationTokenRequest().setMaxLifetimeMs(-1), CreateDelegationTokenResponse::new).errorCode()).isZero();
      assertThat(ask(version, Principal.ANONYMOUS, "EXTERNAL", create,
          new CreateDelegationTokenRequest().setMaxLifetimeMs(-1), CreateDelegationTokenResponse::new).errorCode()).isNotZero();
      assertThat(ask(version, ALICE, "EXTERNAL", describe, new DescribeDelegationTokenRequest().setOwners(null),
          DescribeDelegationTokenResponse::new).tokens()).isNotEmpty();
    }
  }

  @Test
  void tokensAreNotForEveryConnection() throws Exception {
    assertThat(refusal(Principal.ANONYMOUS, "EXTERNAL", wanted(-1))).isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
    assertThat(refusal(new Principal("User", "alice", true), "EXTERNAL", wanted(-1))).isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
    assertThat(refusal(ALICE, "PLAINTEXT", wanted(-1))).isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
    assertThat(renew(Principal.ANONYMOUS, new byte[1], 1)).isEqualTo(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED);
    settings.set(TokenSettings.SECRET_KEY, "");
    assertThat(refusal(ALICE, "EXTERNAL", wanted(-1))).isEqualTo(Errors.DELEGATION_TOKEN_AUTH_DISABLED);
    assertThat(renew(ALICE, new byte[1], 1)).isEqualTo(Errors.DELEGATION_TOKEN_AUTH_DISABLED);
    assertThat(expire(ALICE, new byte[1], 1)).isEqualTo(Errors.DELEGATION_TOKEN_AUTH_DISABLED);
  }

  @Test
  void tokensForOthersNeedARight() throws Exception {
    CreateDelegationTokenRequest forBob = wanted(-1).setOwnerPrincipalType("User").setOwnerPrincipalName("bob");
    assertThat(refusal(ALICE, "EXTERNAL", forBob)).isEqualTo(Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED);
    allowed.add("CREATE_TOKENS USER User:bob");
    CreateDelegationTokenResponse created = create(ALICE, "EXTERNAL", forBob);
    assertThat(created.errorCode()).isZero();
    assertThat(stored(created.tokenId()).owner()).isEqualTo("User:bob");
    assertThat(stored(created.tokenId()).requester()).isEqualTo("User:alice");
    assertThat(described(ALICE)).as("who asked for a token may see it").containsExactly(created.tokenId());
    assertThat(renew(ALICE, created.hmac(), 1_000)).as("and not renew it").isEqualTo(Errors.DELEGATION_TOKEN_OWNER_MISMATCH);
    assertThat(refusal(ALICE, "EXTERNAL", wanted(-1, new Principal("Group", "x")))).isEqualTo(Errors.INVALID_PRINCIPAL_TYPE);
  }

  @Test
  void ownersAndRenewersMoveTheEnd() throws Exception {
    CreateDelegationTokenResponse created = create(ALICE, BOB);
    assertThat(renew(ALICE, new byte[64], 1_000)).isEqualTo(Errors.DELEGATION_TOKEN_NOT_FOUND);
    assertThat(renew(CAROL, created.hmac(), 1_000)).isEqualTo(Errors.DELEGATION_TOKEN_OWNER_MISMATCH);
    assertThat(renew(BOB, created.hmac(), 3_600_000)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId()).times().expiryMs()).isLessThan(created.expiryTimestampMs());
    assertThat(expire(ALICE, created.hmac(), Long.MAX_VALUE)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId()).times().expiryMs()).isEqualTo(created.maxTimestampMs());
    assertThat(expire(CAROL, created.hmac(), -1)).isEqualTo(Errors.DELEGATION_TOKEN_OWNER_MISMATCH);
    assertThat(expire(BOB, created.hmac(), -1)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId())).isNull();
    assertThat(expire(BOB, created.hmac(), -1)).isEqualTo(Errors.DELEGATION_TOKEN_NOT_FOUND);
  }

  @Test
  void tokensOfOthersAreSeenByRight() throws Exception {
    String alices = create(ALICE, BOB).tokenId();
    String carols = create(CAROL).tokenId();
    assertThat(described(ALICE)).containsExactly(alices);
    assertThat(described(BOB)).containsExactly(alices);
    assertThat(described(BOB, CAROL)).isEmpty();
    allowed.add("DESCRIBE DELEGATION_TOKEN " + carols);
    assertThat(described(ALICE)).containsExactlyInAnyOrder(alices, carols);
    allowed.clear();
    allowed.add("DESCRIBE_TOKENS USER User:carol");
    assertThat(described(ALICE, CAROL)).containsExactly(carols);
  }

  @Test
  void lifetimesThatAreTooLongForAMomentLastForEver() throws Exception {
    settings.set(TokenSettings.MAX_LIFETIME_MS, Long.toString(Long.MAX_VALUE));
    settings.set(TokenSettings.EXPIRY_TIME_MS, Long.toString(Long.MAX_VALUE));
    CreateDelegationTokenResponse created = create(ALICE, "EXTERNAL", wanted(Long.MAX_VALUE));
    assertThat(created.errorCode()).isZero();
    assertThat(created.maxTimestampMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(created.expiryTimestampMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(renew(ALICE, created.hmac(), Long.MAX_VALUE)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId()).times().expiryMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(expire(ALICE, created.hmac(), Long.MAX_VALUE)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId()).times().expiryMs()).isEqualTo(Long.MAX_VALUE);
    assertThat(expire(ALICE, created.hmac(), 1_000)).isEqualTo(Errors.NONE);
    assertThat(stored(created.tokenId()).times().expiryMs()).isLessThan(created.issueTimestampMs() + 600_000);
  }

  @Test
  void theBytesOfAllTokensHaveABound() throws Exception {
    settings.with("margay.max.delegation.tokens.bytes", "65536");
    Principal[] renewers = IntStream.range(0, 30).mapToObj(i -> new Principal("User", i + "x".repeat(900))).toArray(Principal[]::new);
    create(ALICE, renewers);
    create(ALICE, renewers);
    assertThat(refusal(ALICE, "EXTERNAL", wanted(-1, renewers))).isEqualTo(Errors.POLICY_VIOLATION);
    create(ALICE);
  }

  @Test
  void theNumberOfTokensHasABound() throws Exception {
    settings.with("margay.max.delegation.tokens", "1");
    create(ALICE);
    assertThat(refusal(ALICE, "EXTERNAL", wanted(-1))).isEqualTo(Errors.POLICY_VIOLATION);
    settings.with("margay.max.delegation.tokens", "2").with("margay.max.config.bytes", "1024");
    assertThat(refusal(ALICE, "EXTERNAL", wanted(-1, new Principal("User", "x".repeat(1_024))))).isEqualTo(Errors.POLICY_VIOLATION);
  }
}
