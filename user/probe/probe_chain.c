// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_chain.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static uint32_t add_file(X509_STORE *store, const char *path)
{
	FILE *file = fopen(path, "re");
	uint32_t count = 0;
	X509 *one;

	if (!file)
		return 0;
	while ((one = PEM_read_X509_AUX(file, NULL, NULL, NULL))) {
		count += X509_STORE_add_cert(store, one);
		X509_free(one);
	}
	fclose(file);
	ERR_clear_error();
	return count;
}

/* Each certificate is there by two names, of which the one that ends in a digit is its hash. */
static uint32_t add_directory(X509_STORE *store, const char *path)
{
	DIR *directory = opendir(path);
	char file[PATH_MAX];
	struct dirent *entry;
	uint32_t count = 0;

	if (!directory)
		return 0;
	while ((entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (length < 3 || entry->d_name[length - 2] != '.')
			continue;
		snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
		count += add_file(store, file);
	}
	closedir(directory);
	return count;
}

X509_STORE *probe_chain_authorities(uint32_t *count)
{
	X509_STORE *store = X509_STORE_new();
	const char *file = secure_getenv(X509_get_default_cert_file_env());
	const char *directory = secure_getenv(X509_get_default_cert_dir_env());

	*count = 0;
	if (!store)
		return NULL;
	*count = add_file(store, file ?: X509_get_default_cert_file());
	if (!*count || directory)
		*count += add_directory(store, directory ?: X509_get_default_cert_dir());
	return store;
}

void probe_chain_id(const SSL *ssl, uint8_t id[8])
{
	X509 *leaf = SSL_get0_peer_certificate(ssl);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size;

	memset(id, 0, 8);
	if (leaf && X509_digest(leaf, EVP_sha256(), digest, &size))
		memcpy(id, digest, 8);
}

/* Seconds since the epoch; 0 for a time that is none. */
static int64_t seconds(const ASN1_TIME *time)
{
	struct tm tm;

	return ASN1_TIME_to_tm(time, &tm) ? timegm(&tm) : 0;
}

static void name_text(const X509_NAME *name, char *text, size_t size)
{
	BIO *memory = BIO_new(BIO_s_mem());
	int length;

	text[0] = 0;
	if (!memory)
		return;
	X509_NAME_print_ex(memory, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	length = BIO_read(memory, text, size - 1);
	text[length > 0 ? length : 0] = 0;
	BIO_free(memory);
}

/* A name may have any bytes, also NULs, by which one name looks like another. */
static void bytes_text(const ASN1_STRING *from, char *text, size_t size)
{
	const unsigned char *bytes = ASN1_STRING_get0_data(from);
	int length = ASN1_STRING_length(from);
	size_t used = 0;

	for (int i = 0; i < length && used + 5 < size; i++) {
		if (bytes[i])
			text[used++] = (char)bytes[i];
		else
			used += snprintf(text + used, size - used, "\\x00");
	}
	text[used] = 0;
}

static void address_text(const ASN1_OCTET_STRING *from, char *text, size_t size)
{
	int length = ASN1_STRING_length(from);

	text[0] = 0;
	if (length == 4 || length == 16)
		inet_ntop(length == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(from), text,
			  size);
}

static void read_names(X509 *leaf, struct probe_chain *chain)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		char text[PROBE_NAME_SIZE] = "";

		if (name->type == GEN_DNS)
			bytes_text(name->d.dNSName, text, sizeof(text));
		else if (name->type == GEN_IPADD)
			address_text(name->d.iPAddress, text, sizeof(text));
		if (!*text)
			continue;
		if (chain->names < PROBE_NAMES)
			memcpy(chain->name[chain->names], text, sizeof(text));
		chain->names++;
	}
	GENERAL_NAMES_free(names);
}

static void read_above(STACK_OF(X509) *sent, struct probe_chain *chain)
{
	for (int i = 1; i < sk_X509_num(sent); i++) {
		int64_t at = seconds(X509_get0_notAfter(sk_X509_value(sent, i)));

		if (!chain->above_not_after || at < chain->above_not_after)
			chain->above_not_after = at;
	}
}

static uint32_t wrong_of(int error, int depth)
{
	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return depth ? PROBE_WRONG_ABOVE : PROBE_WRONG_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return depth ? PROBE_WRONG_ABOVE : PROBE_WRONG_EARLY;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return PROBE_WRONG_SELF_SIGNED;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return PROBE_WRONG_ISSUER;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
		return PROBE_WRONG_ROOT;
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
	case X509_V_ERR_CA_MD_TOO_WEAK:
		return PROBE_WRONG_WEAK;
	}
	return PROBE_WRONG_OTHER;
}

/* Goes on after each fault, so that all are found. */
static int note_fault(int ok, X509_STORE_CTX *context)
{
	struct probe_chain *chain = X509_STORE_CTX_get_app_data(context);
	int error = X509_STORE_CTX_get_error(context);
	uint32_t wrong;

	if (ok)
		return 1;
	wrong = wrong_of(error, X509_STORE_CTX_get_error_depth(context));
	if (wrong == PROBE_WRONG_OTHER && !(chain->wrong & PROBE_WRONG_OTHER))
		chain->error = error;
	chain->wrong |= wrong;
	return 1;
}

static void verify(X509 *leaf, STACK_OF(X509) *sent, X509_STORE *authorities, int level,
		   struct probe_chain *chain)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();

	if (!context || !X509_STORE_CTX_init(context, authorities, leaf, sent) ||
	    !X509_STORE_CTX_set_default(context, "ssl_server")) {
		chain->wrong = PROBE_WRONG_OTHER;
		chain->error = X509_V_ERR_OUT_OF_MEM;
		X509_STORE_CTX_free(context);
		return;
	}
	X509_STORE_CTX_set_app_data(context, chain);
	X509_STORE_CTX_set_verify_cb(context, note_fault);
	X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), level);
	if (X509_verify_cert(context) <= 0 && !chain->wrong) {
		chain->wrong = PROBE_WRONG_OTHER;
		chain->error = X509_STORE_CTX_get_error(context);
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
}

void probe_chain_read(SSL *ssl, X509_STORE *authorities, int level, const char *name,
		      struct probe_chain *chain)
{
	X509 *leaf = SSL_get0_peer_certificate(ssl);
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(ssl);
	const EVP_PKEY *key = X509_get0_pubkey(leaf);

	memset(chain, 0, sizeof(*chain));
	probe_chain_id(ssl, chain->certificate);
	chain->not_before = seconds(X509_get0_notBefore(leaf));
	chain->not_after = seconds(X509_get0_notAfter(leaf));
	chain->sent = sk_X509_num(sent) > 0 ? sk_X509_num(sent) : 1;
	chain->bits = key ? EVP_PKEY_get_bits(key) : 0;
	snprintf(chain->key, sizeof(chain->key), "%s",
		 (key ? EVP_PKEY_get0_type_name(key) : NULL) ?: "");
	chain->self_signed = X509_self_signed(leaf, 1) == 1;
	name_text(X509_get_subject_name(leaf), chain->subject, sizeof(chain->subject));
	name_text(X509_get_issuer_name(leaf), chain->issuer, sizeof(chain->issuer));
	read_names(leaf, chain);
	read_above(sent, chain);
	verify(leaf, sent, authorities, level, chain);
	if (*name)
		chain->match = X509_check_host(leaf, name, 0, 0, NULL) == 1 ? PROBE_MATCH_YES :
									      PROBE_MATCH_NO;
	ERR_clear_error();
}

void probe_chain_wanted(const SSL *ssl, struct probe_wanted *wanted)
{
	const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);

	memset(wanted, 0, sizeof(*wanted));
	for (int i = 0; i < sk_X509_NAME_num(names); i++)
		if (wanted->names++ < PROBE_WANTED_NAMES)
			name_text(sk_X509_NAME_value(names, i), wanted->name[i], PROBE_TEXT_SIZE);
}
