/** What a receiver may say of our certificate, or of its absence, as OpenSSL's error codes name the alert (RFC 8446 section 6.2). */
const certificateAlerts: Readonly<Record<string, string>> = {
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'certificate required',
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'bad certificate',
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: 'unsupported certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: 'certificate revoked',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'certificate expired',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: 'certificate unknown',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'unknown CA',
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: 'access denied',
};

/** The alert in words, when the receiver has refused the client certificate or misses one; null for any other error. */
export function certificateAlert(error: NodeJS.ErrnoException): string | null {
  return certificateAlerts[error.code ?? ''] ?? null;
}
