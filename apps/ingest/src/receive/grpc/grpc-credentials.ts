import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { ServerCertificate } from '#platform';

type CertificateProvider = experimental.CertificateProvider;
type IdentityListener = Parameters<CertificateProvider['addIdentityCertificateListener']>[0];
type CaListener = Parameters<CertificateProvider['addCaCertificateListener']>[0];

/**
 * What a gRPC port speaks: plain text, or TLS with the present certificate, and the next one once its file is another. Where clients must show a certificate, a
 * connection without one is refused as a whole.
 */
export function grpcCredentials(certificate: ServerCertificate): ServerCredentials {
  if (certificate.files === undefined) return ServerCredentials.createInsecure();
  const provider = new FollowedCertificate(certificate);
  // The typings name the two parameters the other way round than grpc-js takes them: first the server's certificate, then the clients' authority.
  const [identity, authority] = [provider, certificate.asksClients ? provider : null];
  return experimental.createCertificateProviderServerCredentials(identity, authority, certificate.asksClients);
}

/** Tells grpc-js of the certificate, as it is and as it changes: not within the call that adds a listener, since grpc-js hears nothing yet while it makes that. */
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
