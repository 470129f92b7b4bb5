// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_rows.h"

#include "base/words.h"

#define FUTILE_FIRST 2
#define FUTILE_LATER 3

#define IS_13(ask) ((ask) >= PROBE_ASK_13_AES128 && (ask) <= PROBE_ASK_13_P384)

static const struct {
	uint16_t version;
	const char *family;
} about[PROBE_ROWS] = {
	[PROBE_ASK_OFFER] = { 0, "the offer" },
	[PROBE_ASK_13_AES128] = { 0x0304, "TLS_AES_128_GCM_SHA256" },
	[PROBE_ASK_13_AES256] = { 0x0304, "TLS_AES_256_GCM_SHA384" },
	[PROBE_ASK_13_CHACHA20] = { 0x0304, "TLS_CHACHA20_POLY1305_SHA256" },
	[PROBE_ASK_13_X25519] = { 0x0304, "X25519" },
	[PROBE_ASK_13_P256] = { 0x0304, "P-256" },
	[PROBE_ASK_13_P384] = { 0x0304, "P-384" },
	[PROBE_ASK_12_ECDSA] = { 0x0303, "ECDHE-ECDSA AES-GCM" },
	[PROBE_ASK_12_RSA] = { 0x0303, "ECDHE-RSA AES-GCM" },
	[PROBE_ASK_12_CHACHA20] = { 0x0303, "ECDHE CHACHA20" },
	[PROBE_ASK_12_CBC] = { 0x0303, "ECDHE CBC" },
	[PROBE_ASK_12_KEY_RSA] = { 0x0303, "RSA key exchange" },
	[PROBE_ASK_11] = { 0x0302, "any" },
	[PROBE_ASK_10] = { 0x0301, "any" },
};

/* Those of 1.2 come first: some old origins answer nothing at all to a ClientHello of 1.3. */
static const uint8_t order[] = {
	PROBE_ASK_OFFER,
	PROBE_ASK_12_RSA, PROBE_ASK_12_ECDSA, PROBE_ASK_12_CHACHA20, PROBE_ASK_12_CBC,
	PROBE_ASK_12_KEY_RSA, PROBE_ASK_13, PROBE_ASK_13_AES128, PROBE_ASK_13_AES256,
	PROBE_ASK_13_CHACHA20, PROBE_ASK_13_X25519, PROBE_ASK_13_P256, PROBE_ASK_13_P384,
	PROBE_ASK_OLD, PROBE_ASK_10,
};

uint16_t probe_rows_version(enum probe_ask ask)
{
	return ask < PROBE_ROWS ? about[ask].version : 0;
}

const char *probe_rows_family(enum probe_ask ask)
{
	return ask < PROBE_ROWS ? about[ask].family : "any";
}

const char *probe_rows_outcome(enum probe_outcome outcome)
{
	static const char *const words[PROBE_OUTCOMES] = {
		[PROBE_TAKEN] = "taken",
		[PROBE_CERTIFICATE_WANTED] = "client_certificate",
		[PROBE_ALERT] = "alert_by_origin",
		[PROBE_REJECTED] = "alert_by_node",
		[PROBE_CLOSED] = "handshake_closed",
		[PROBE_RESET] = "handshake_reset",
		[PROBE_NOT_TLS] = "not_tls",
		[PROBE_SILENT] = "handshake_silence",
		[PROBE_REFUSED] = "refused",
		[PROBE_UNREACHABLE] = "unreachable",
		[PROBE_NO_ANSWER] = "no_answer_to_syn",
	};

	return words_name(words, PROBE_OUTCOMES, outcome);
}

bool probe_rows_agreed(const struct probe_step *step)
{
	return step->outcome == PROBE_TAKEN || step->outcome == PROBE_CERTIFICATE_WANTED;
}

/* Whether an outcome says nothing about what is taken. */
static bool is_futile(const struct probe_step *step)
{
	return step->outcome >= PROBE_NOT_TLS;
}

/* What is known stays: a connection tells first of all about what it was made for. */
static void learn(struct probe_rows *rows, unsigned int ask, enum probe_state state)
{
	struct probe_row *row = &rows->row[ask];

	if (row->state != PROBE_UNASKED && row->state != PROBE_UNTOLD)
		return;
	row->state = state;
	row->step = rows->connections;
}

static void learn_all_13(struct probe_rows *rows, enum probe_state state)
{
	learn(rows, PROBE_ASK_13, state);
	for (unsigned int ask = PROBE_ASK_13_AES128; ask <= PROBE_ASK_13_P384; ask++)
		learn(rows, ask, state);
}

static void learn_chosen(struct probe_rows *rows, const struct probe_step *step)
{
	if (step->version == 0x0304)
		learn(rows, PROBE_ASK_13, PROBE_YES);
	if (step->version >= 0x0303 && step->family)
		learn(rows, step->family, PROBE_YES);
	if (step->version == 0x0304 && step->group_row)
		learn(rows, step->group_row, PROBE_YES);
	if (step->version == 0x0302)
		learn(rows, PROBE_ASK_11, PROBE_YES);
	if (step->version == 0x0301)
		learn(rows, PROBE_ASK_10, PROBE_YES);
}

/* An origin chooses the highest version that it takes, so those above are not taken. */
static void learn_passed_over(struct probe_rows *rows, const struct probe_step *step)
{
	if (step->ask == PROBE_ASK_OFFER && rows->whole_13 && step->version < 0x0304)
		learn_all_13(rows, PROBE_NO);
	if (step->ask == PROBE_ASK_OLD && step->version < 0x0302)
		learn(rows, PROBE_ASK_11, PROBE_NO);
}

static void learn_refused(struct probe_rows *rows, const struct probe_step *step,
			  enum probe_state state)
{
	if (step->ask == PROBE_ASK_13)
		learn_all_13(rows, state);
	if (step->ask != PROBE_ASK_OLD)
		return;
	learn(rows, PROBE_ASK_11, state);
	learn(rows, PROBE_ASK_10, state);
}

void probe_rows_add(struct probe_rows *rows, const struct probe_step *step)
{
	bool agreed = probe_rows_agreed(step), futile = is_futile(step);
	enum probe_state state = agreed ? PROBE_YES : futile ? PROBE_UNTOLD : PROBE_NO;

	learn(rows, step->ask, state);
	if (agreed) {
		learn_chosen(rows, step);
		learn_passed_over(rows, step);
	} else {
		learn_refused(rows, step, state);
	}
	rows->connections++;
	rows->futile = futile ? rows->futile + 1 : 0;
	if (rows->futile == FUTILE_FIRST && rows->connections == FUTILE_FIRST)
		rows->stop = PROBE_STOP_NOTHING;
	else if (rows->futile >= FUTILE_LATER)
		rows->stop = PROBE_STOP_LOST;
}

/* A suite or a group is not asked for alone before something of 1.3 was taken. */
static bool wanted(const struct probe_rows *rows, unsigned int ask)
{
	if (rows->row[ask].state != PROBE_UNASKED)
		return false;
	if (IS_13(ask))
		return rows->row[PROBE_ASK_13].state == PROBE_YES;
	if (ask == PROBE_ASK_OLD)
		return rows->row[PROBE_ASK_11].state == PROBE_UNASKED;
	return true;
}

int probe_rows_next(const struct probe_rows *rows)
{
	if (rows->stop || rows->connections >= PROBE_CONNECTIONS)
		return -1;
	for (unsigned int i = 0; i < sizeof(order); i++)
		if (wanted(rows, order[i]))
			return order[i];
	return -1;
}
