package io.margay.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a certificate authority, and with it a certificate for brokers and one for a client, by the keytool of this Java: enough to try TLS. Keys
 * are in files that only their owner can read, without a password. Nothing that is there is overwritten.
 */
final class DevelopmentCertificates {
  private static final String DAYS = "825";

  private DevelopmentCertificates() {}

  /**
   * @return the words, with spaces between: the directory first
   * @throws IllegalArgumentException with a message for the user
   */
  static String words(List<String> words) {
    List<String> hosts = words.size() > 2 ? words.subList(2, words.size()) : List.of();
    if (words.isEmpty() || !words.get(0).equals("dev") || hosts.stream().anyMatch(h -> !h.matches("[A-Za-z0-9.:-]+") || h.startsWith("-"))
        || words.size() > 1 && words.get(1).startsWith("-")) {
      throw new IllegalArgumentException("certs needs dev [DIRECTORY] [HOST...], for example: margay certs dev certs broker1.example.org");
    }
    return String.join("\n", Stream.concat(Stream.of(words.size() > 1 ? words.get(1) : "certs"), hosts.stream()).toList());
  }

  /** @return what to tell the user */
  static String make(String words) throws IOException, InterruptedException {
    List<String> all = List.of(words.split("\n"));
    Path directory = Path.of(all.get(0)).toAbsolutePath();
    Files.createDirectories(directory);
    for (String name : List.of("ca.pem", "broker.pem", "client.pem", "truststore.p12")) {
      if (Files.exists(directory.resolve(name))) {
        throw new IOException(directory.resolve(name) + " is there already; remove it, or choose another directory");
      }
    }
    String names = Stream.concat(Stream.of("localhost", "127.0.0.1"), all.stream().skip(1))
        .map(host -> (host.matches("[0-9.]+|.*:.*") ? "ip:" : "dns:") + host).collect(Collectors.joining(","));
    byte[] random = new byte[18];
    new SecureRandom().nextBytes(random);
    String password = Base64.getUrlEncoder().encodeToString(random);
    Path work = Files.createTempDirectory("margay-certs");
    try {
      Path store = work.resolve("all.p12");
      keytool(store, password, "-alias", "ca", "-dname", "CN=Margay development CA", "-ext", "bc:c", "-ext", "ku=keyCertSign,cRLSign");
      keytool(store, password, "-alias", "broker", "-dname", "CN=broker", "-signer", "ca", "-ext", "san=" + names);
      keytool(store, password, "-alias", "client", "-dname", "CN=client", "-signer", "ca");
      write(store, password.toCharArray(), directory);
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates cannot be read again: " + e.getMessage(), e);
    } finally {
      Files.deleteIfExists(work.resolve("all.p12"));
      Files.deleteIfExists(work);
    }
    return told(directory);
  }

  private static void keytool(Path store, String password, String... more) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair",
        "-keyalg", "EC", "-groupname", "secp256r1", "-validity", DAYS, "-storetype", "PKCS12", "-keystore", store.toString(),
        "-storepass:env", "MARGAY_CERTS_PASSWORD"));
    command.addAll(List.of(more));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MARGAY_CERTS_PASSWORD", password);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("keytool failed: " + said.strip());
    }
  }

  private static void write(Path from, char[] password, Path directory) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (var in = Files.newInputStream(from)) {
      store.load(in, password);
    }
    Certificate ca = store.getCertificate("ca");
    Files.writeString(directory.resolve("ca.pem"), pem("CERTIFICATE", ca.getEncoded()));
    // Only the certificates leave this method: a CA whose key is gone cannot sign for anybody else.
    for (String name : List.of("broker", "client")) {
      Key key = store.getKey(name, password);
      StringBuilder text = new StringBuilder(pem("PRIVATE KEY", key.getEncoded()));
      for (Certificate c : store.getCertificateChain(name)) {
        text.append(pem("CERTIFICATE", c.getEncoded()));
      }
      Path file = directory.resolve(name + ".pem");
      Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(file, text);
    }
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("ca", ca);
    try (var out = Files.newOutputStream(directory.resolve("truststore.p12"))) {
      trust.store(out, "changeit".toCharArray());
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
  }

  private static String told(Path directory) {
    return """
        Made in %1$s, valid for %2$s days, for development only:
          ca.pem           the certificate that clients and brokers trust
          truststore.p12   the same for clients that read no PEM; its password is changeit
          broker.pem       key and certificate of brokers
          client.pem       key and certificate of a client, CN=client

        Settings of a broker:
          ssl.keystore.type=PEM
          ssl.keystore.location=%1$s/broker.pem
          ssl.truststore.type=PEM
          ssl.truststore.location=%1$s/ca.pem

        Settings of a client:
          security.protocol=SSL
          ssl.truststore.type=PEM
          ssl.truststore.location=%1$s/ca.pem
        """.formatted(directory, DAYS);
  }
}
