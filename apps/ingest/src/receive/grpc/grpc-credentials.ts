import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { ServerCertificate } from '#platform';

type CertificateProvider = experimental.CertificateProvider;
type IdentityListener = Parameters<CertificateProvider['addIdentityCertificateListener']>[0];
type CaListener = Parameters<CertificateProvider['addCaCertificateListener']>[0];

/**
 * The credentials of a gRPC port: plain text, or TLS with the current certificate, replaced when its file changes. Where client certificates are required, a
 * connection without one is refused.
 */
export function grpcCredentials(certificate: ServerCertificate): ServerCredentials {
  if (certificate.files === undefined) return ServerCredentials.createInsecure();
  const provider = new FollowedCertificate(certificate);
  // grpc-js takes the two parameters in the opposite order of its typings: first the server's certificate, then the clients' authority.
  const [identity, authority] = [provider, certificate.asksClients ? provider : null];
  return experimental.createCertificateProviderServerCredentials(identity, authority, certificate.asksClients);
}

/** Gives grpc-js the certificate now and whenever it changes. Not within the call that adds a listener, since grpc-js is not ready then. */
class FollowedCertificate implements CertificateProvider {
  private readonly identity = new Set<IdentityListener>();
  private readonly authority = new Set<CaListener>();

  constructor(private readonly certificate: ServerCertificate) {
    certificate.onChange(() => {
      for (const listener of this.authority) this.tellAuthority(listener);
      for (const listener of this.identity) this.tellIdentity(listener);
    });
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.add(listener);
    queueMicrotask(() => this.tellIdentity(listener));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identity.delete(listener);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.authority.add(listener);
    queueMicrotask(() => this.tellAuthority(listener));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.authority.delete(listener);
  }

  private tellIdentity(listener: IdentityListener): void {
    const { files } = this.certificate;
    if (files !== undefined) listener({ certificate: files.cert, privateKey: files.key });
  }

  private tellAuthority(listener: CaListener): void {
    const { files } = this.certificate;
    if (files?.ca !== undefined) listener({ caCertificate: files.ca });
  }
}
