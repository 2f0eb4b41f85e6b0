package io.margay.security.internal.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.margay.model.Clock;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.time.ManualTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Logins with tokens of a test's issuer, and with tokens that must be refused. */
@Timeout(60)
class BearerMechanismTest {
  private static final String INVALID = "{\"status\":\"invalid_token\"}";
  private static final String LISTENER = "listener.name.out.oauthbearer.";
  private static final long NOW = 1_800_000_000_000L;
  private static RSAKey rsa;
  private static RSAKey other;
  private static ECKey ec;

  @TempDir private Path directory;
  private final FakeSettings settings = new FakeSettings();
  private final AtomicReference<Long> seconds = new AtomicReference<>(0L);
  private final BearerMechanism mechanism = new BearerMechanism(settings, new Clock() {
    @Override
    public long millis() {
      return NOW + seconds.get() * 1_000;
    }

    @Override
    public long nanos() {
      return seconds.get() * 1_000_000_000L;
    }
  });
  private HttpServer issuer;

  @BeforeAll
  static void generate() throws Exception {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    other = new RSAKeyGenerator(2048).keyID("rsa").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
  }

  @BeforeEach
  void begin() throws Exception {
    write(rsa, ec);
    String url = file().toUri().toString();
    settings.with("margay.oauthbearer.allowed.urls", url).with(LISTENER + "sasl.oauthbearer.jwks.endpoint.url", url)
        .with(LISTENER + "sasl.oauthbearer.expected.issuer", "https://issuer").with(LISTENER + "sasl.oauthbearer.expected.audience", "kafka,other");
  }

  @AfterEach
  void end() {
    mechanism.close();
    if (issuer != null) {
      issuer.stop(0);
    }
  }

  private Path file() {
    return directory.resolve("keys.json");
  }

  private void write(JWK... keys) throws Exception {
    Path next = directory.resolve("next.json");
    Files.writeString(next, new JWKSet(List.of(keys)).toString());
    Files.move(next, file(), StandardCopyOption.REPLACE_EXISTING);
  }

  private static JWTClaimsSet.Builder claims() {
    return new JWTClaimsSet.Builder().issuer("https://issuer").audience("kafka").subject("alice").issueTime(new Date(NOW))
        .expirationTime(new Date(NOW + 600_000));
  }

  private static String signed(JWK key, JWSAlgorithm algorithm, JWTClaimsSet claims) throws Exception {
    SignedJWT jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).type(JOSEObjectType.JWT).build(), claims);
    JWSSigner signer = key instanceof RSAKey k ? new RSASSASigner(k) : new ECDSASigner((ECKey) key);
    jwt.sign(signer);
    return jwt.serialize();
  }

  private SaslLogin begun() throws Exception {
    return mechanism.begin(new SaslMechanism.Client("OUT", InetAddress.getLoopbackAddress()));
  }

  private static SaslLogin.Step answer(SaslLogin login, String message) throws Exception {
    try {
      return login.respond(message.getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private SaslLogin.Step login(String token) throws Exception {
    return answer(begun(), "n,,\1auth=Bearer " + token + "\1\1");
  }

  /** Why a token is refused, as the log has it. */
  private String refused(String token) throws Exception {
    SaslLogin login = begun();
    SaslLogin.Step step = answer(login, "n,,\1auth=Bearer " + token + "\1\1");
    assertThat(step.principal()).isNull();
    assertThat(new String(step.token(), StandardCharsets.UTF_8)).isEqualTo(INVALID);
    assertThat(login.refusal()).as("the client may not send what it still has to").hasMessage(INVALID);
    LoginFailedException[] why = new LoginFailedException[1];
    assertThatThrownBy(() -> answer(login, "\1")).isInstanceOfSatisfying(LoginFailedException.class, e -> why[0] = e).hasMessage(INVALID);
    assertThat(why[0].reason()).doesNotContain(token).isEqualTo(login.refusal().reason());
    return why[0].reason();
  }

  @Test
  void aTokenOfTheIssuerIsGoodUntilItExpires() throws Exception {
    SaslLogin.Step step = login(signed(rsa, JWSAlgorithm.RS256, claims().build()));
    assertThat(step.principal()).hasToString("User:alice");
    assertThat(step.expiresMs()).isEqualTo(NOW + 600_000);
    assertThat(login(signed(rsa, JWSAlgorithm.PS512, claims().build())).principal()).hasToString("User:alice");
    assertThat(login(signed(ec, JWSAlgorithm.ES256, claims().audience(List.of("x", "other")).build())).principal()).hasToString("User:alice");
    seconds.set(620L);
    assertThat(login(signed(rsa, JWSAlgorithm.RS256, claims().build())).expiresMs()).isEqualTo(NOW + 630_000);
    seconds.set(630L);
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().build()))).contains("has expired");
  }

  @Test
  void whatTheIssuerDidNotSignIsRefused() throws Exception {
    assertThat(refused(new PlainJWT(claims().build()).serialize())).contains("no signed token");
    SignedJWT shared = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(), claims().build());
    shared.sign(new MACSigner(rsa.toRSAPublicKey().getEncoded()));
    assertThat(refused(shared.serialize())).contains("margay.oauthbearer.algorithms");
    assertThat(refused(signed(other, JWSAlgorithm.RS256, claims().build()))).contains("signature is wrong");
    String good = signed(rsa, JWSAlgorithm.RS256, claims().build());
    String[] parts = good.split("\\.");
    String[] bobs = signed(other, JWSAlgorithm.RS256, claims().subject("bob").build()).split("\\.");
    assertThat(refused(parts[0] + "." + bobs[1] + "." + parts[2])).contains("signature is wrong");
    SignedJWT critical = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").criticalParams(Set.of("x"))
        .customParam("x", 1).build(), claims().build());
    critical.sign(new RSASSASigner(rsa));
    assertThat(refused(critical.serialize())).contains("signature is wrong");
    assertThat(refused("abc")).contains("no signed token");
  }

  private static String signed(PrivateKey key, JWSHeader header) throws Exception {
    SignedJWT jwt = new SignedJWT(header, claims().build());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(key);
    signature.update(jwt.getSigningInput());
    return new String(jwt.getSigningInput(), StandardCharsets.US_ASCII) + "." + Base64URL.encode(signature.sign());
  }

  /** Several keys, because a point has a sign. */
  @RepeatedTest(8)
  void aTokenMayBeSignedWithEd25519() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded(); // the point is at the end
    write(new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length))).keyID("ed")
        .build(), rsa);
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("ed").build();
    String good = signed(pair.getPrivate(), header);
    assertThat(login(good).principal()).hasToString("User:alice");
    assertThat(login(signed(pair.getPrivate(), new JWSHeader.Builder(JWSAlgorithm.Ed25519).build())).principal()).hasToString("User:alice");
    assertThat(refused(signed(KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPrivate(), header))).contains("signature is wrong");
    assertThat(refused(good.substring(0, good.length() - 8))).contains("signature is wrong");
    assertThat(refused(signed(pair.getPrivate(), new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("ed").criticalParams(Set.of("x")).customParam("x", 1)
        .build()))).contains("signature is wrong");
    assertThat(refused(signed(pair.getPrivate(), new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID("rsa").build()))).contains("does not have");
    write(new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(new byte[31])).keyID("ed").build());
    assertThat(refused(good)).contains("signature is wrong");
  }

  @Test
  void claimsAreChecked() throws Exception {
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().issuer("https://other").build()))).contains("expected.issuer");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().audience("x").build()))).contains("expected.audience");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().audience((String) null).build()))).contains("expected.audience");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().expirationTime(null).build()))).contains("(exp)");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().issueTime(null).build()))).contains("(iat)");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().notBeforeTime(new Date(NOW + 31_000)).build()))).contains("not valid yet");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().subject(null).build()))).contains("no claim sub");
    settings.with(LISTENER + "sasl.oauthbearer.sub.claim.name", "login").with(LISTENER + "margay.oauthbearer.principal.mapping.rules", "RULE:(.*)@example.org/$1/L");
    assertThat(login(signed(rsa, JWSAlgorithm.RS256, claims().claim("login", "BOB@example.org").build())).principal()).hasToString("User:bob");
    assertThat(refused(signed(rsa, JWSAlgorithm.RS256, claims().claim("login", "bob@example.com").build()))).contains("no rule");
  }

  @Test
  void aScopeMayBeRequired() throws Exception {
    settings.with(LISTENER + "margay.oauthbearer.required.scope", "kafka.read");
    assertThat(login(signed(rsa, JWSAlgorithm.RS256, claims().claim("scope", "openid kafka.read").build())).principal()).isNotNull();
    assertThat(login(signed(rsa, JWSAlgorithm.RS256, claims().claim("scope", List.of("kafka.read")).build())).principal()).isNotNull();
    SaslLogin.Step step = login(signed(rsa, JWSAlgorithm.RS256, claims().claim("scope", "kafka.reader").build()));
    assertThat(new String(step.token(), StandardCharsets.UTF_8)).isEqualTo("{\"status\":\"insufficient_scope\", \"scope\":\"kafka.read\"}");
  }

  @Test
  void theMessageHasOneForm() throws Exception {
    String token = signed(rsa, JWSAlgorithm.RS256, claims().build());
    assertThat(answer(begun(), "n,a=alice,\1auth=bearer " + token + "\1traceId=1\1\1").principal()).hasToString("User:alice");
    assertThatThrownBy(() -> answer(begun(), "n,a=bob,\1auth=Bearer " + token + "\1\1")).isInstanceOf(LoginFailedException.class)
        .hasMessageContaining("authorization id");
    for (String broken : new String[] {"", "n,,\1auth=Bearer " + token + "\1", "n,,\1\1", "y,,\1auth=Bearer " + token + "\1\1",
        "n,,\1auth=Basic " + token + "\1\1", "n,,\1auth=Bearer a b\1\1", "n,,\1host=x\1\1", "n,,\1auth=Bearer x\1auth=Bearer " + token + "\1\1",
        "n,,\1auth=Bearer " + "x".repeat(16_384) + "\1\1"}) {
      assertThatThrownBy(() -> answer(begun(), broken)).isInstanceOf(LoginFailedException.class).hasMessageNotContaining(token);
    }
  }

  @Test
  void aFileIsReadAgainWhenItChanges() throws Exception {
    String others = signed(other, JWSAlgorithm.RS256, claims().build());
    assertThat(refused(others)).contains("signature is wrong");
    write(other, ec);
    assertThat(login(others).principal()).hasToString("User:alice");
    Files.writeString(file(), "{broken");
    assertThat(login(others).principal()).hasToString("User:alice");
    seconds.set(1L);
    write(rsa);
    assertThat(refused(others)).contains("signature is wrong");
  }

  @Test
  void keysAreFetchedSeldom() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AtomicReference<String> body = new AtomicReference<>(new JWKSet(rsa).toString());
    AtomicInteger status = new AtomicInteger(200);
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext("/keys", exchange -> {
      asked.incrementAndGet();
      byte[] bytes = body.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Location", "/keys");
      exchange.sendResponseHeaders(status.get(), bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    issuer.start();
    String url = "http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys";
    settings.with(LISTENER + "sasl.oauthbearer.jwks.endpoint.url", url);
    String token = signed(rsa, JWSAlgorithm.RS256, claims().build());
    assertThatThrownBy(() -> login(token)).isInstanceOf(IllegalStateException.class).hasMessageContaining("margay.oauthbearer.allowed.urls");
    settings.with("margay.oauthbearer.allowed.urls", url);
    assertThat(login(token).principal()).hasToString("User:alice");
    assertThat(login(token).principal()).hasToString("User:alice");
    assertThat(asked).hasValue(1);
    String rotated = signed(new RSAKey.Builder(other).keyID("new").build(), JWSAlgorithm.RS256, claims().build());
    for (int i = 0; i < 20; i++) {
      assertThat(refused(rotated)).contains("jwks.endpoint.url does not have");
    }
    assertThat(asked).hasValue(1);
    body.set(new JWKSet(List.of(rsa, new RSAKey.Builder(other).keyID("new").build())).toString());
    seconds.set(10L);
    assertThat(login(rotated).principal()).hasToString("User:alice");
    assertThat(asked).hasValue(2);
    status.set(302);
    seconds.set(3_000L);
    String unknown = signed(new RSAKey.Builder(other).keyID("newer").build(), JWSAlgorithm.RS256, claims().expirationTime(new Date(NOW + 9_000_000))
        .build());
    assertThat(refused(unknown)).contains("jwks.endpoint.url does not have");
    assertThat(refused(unknown)).contains("jwks.endpoint.url does not have");
    assertThat(asked).as("a redirection is not followed, and a failure makes the next wait").hasValue(3);
  }

  /** Whatever ends a read, the logins that wait for it go on, and the next one reads again. */
  @Test
  void aReadThatEndsWithAnErrorEnds() throws Exception {
    Error error = new NoClassDefFoundError("thrown by the test");
    int[] reads = {0};
    ManualTime time = new ManualTime();
    SigningKeys keys = new SigningKeys(KeyPlace.of(new ListenerValues(settings, "OUT", BearerMechanism.NAME),
        settings.get(OAuthSettings.ALLOWED_URLS)), time, place -> {
          if (reads[0]++ == 0) {
            throw error;
          }
          return place.read();
        });
    assertThatThrownBy(() -> keys.with("rsa").toCompletableFuture().get()).hasRootCause(error);
    time.advance(60_000);
    assertThat(keys.with("rsa").toCompletableFuture().get().getKeyByKeyId("rsa")).isNotNull();
    keys.close();
  }

  @Test
  void keysHaveABound() throws Exception {
    settings.with(LISTENER + "margay.oauthbearer.jwks.max.bytes", "100");
    assertThatThrownBy(() -> login(signed(rsa, JWSAlgorithm.RS256, claims().build()))).isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("cannot be read").hasRootCauseMessage("it has more bytes than margay.oauthbearer.jwks.max.bytes=100");
  }

  @Test
  void nothingIsAcceptedUntilItIsSaidWhat() throws Exception {
    String token = signed(rsa, JWSAlgorithm.RS256, claims().build());
    for (String name : new String[] {"sasl.oauthbearer.expected.issuer", "sasl.oauthbearer.expected.audience", "sasl.oauthbearer.jwks.endpoint.url"}) {
      settings.with(LISTENER + name, "");
      assertThatThrownBy(() -> login(token)).isInstanceOf(IllegalStateException.class).hasMessageContaining(name);
      begin();
    }
    settings.with(LISTENER + "sasl.oauthbearer.expected.issuer", "").with(LISTENER + "sasl.oauthbearer.allow.unverified.issuer", "true");
    assertThat(login(signed(rsa, JWSAlgorithm.RS256, claims().issuer("any").build())).principal()).hasToString("User:alice");
  }
}
