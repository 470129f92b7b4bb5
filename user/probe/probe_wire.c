// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_wire.h"

#include <errno.h>
#include <string.h>

#include "base/escape.h"

#define MS_MAX 60000
#define ERRNO_MAX 4095
#define COUNT_MAX 1000000       /* names, certificates, authorities */
#define BITS_MAX 1000000
#define VERIFY_ERROR_MAX 1000

/* Times of certificates go from the year 0 to 9999. */
#define TIME_MAX 253402300800LL
#define TIME_MIN (-62200000000LL)

static bool is_text(const char *text, size_t size)
{
	return memchr(text, 0, size);
}

#define IS_TEXT(member) is_text((member), sizeof(member))
#define TAKE_TEXT(from, to) escape_text((from), (to), sizeof(to))

static bool is_time(int64_t seconds)
{
	return seconds >= TIME_MIN && seconds <= TIME_MAX;
}

static int take_begin(const struct probe_begin *begin, struct probe_result *result)
{
	if (begin->mark_error > ERRNO_MAX || begin->authorities > COUNT_MAX)
		return -EBADMSG;
	result->begin = *begin;
	result->begun = true;
	return 0;
}

static bool is_version(uint16_t version)
{
	return !version || (version >= 0x0301 && version <= 0x0304);
}

/* The version that an ask leaves to the origin to choose. */
static bool fits(const struct probe_step *step)
{
	uint16_t only = step->ask == PROBE_ASK_13 ? 0x0304 : probe_rows_version(step->ask);

	if (step->ask == PROBE_ASK_OFFER)
		return true;
	if (step->ask == PROBE_ASK_OLD)
		return step->version < 0x0303;
	return !step->version || step->version == only;
}

static bool is_row(uint8_t row, enum probe_ask first, enum probe_ask last)
{
	return !row || (row >= first && row <= last);
}

static bool is_step(const struct probe_step *step)
{
	if (step->outcome >= PROBE_OUTCOMES || step->wants > 1 || step->alpn >= PROBE_ALPNS ||
	    !is_version(step->version) || step->error > ERRNO_MAX || step->ms > MS_MAX ||
	    step->first_size > PROBE_FIRST_SIZE || !IS_TEXT(step->reason))
		return false;
	if (!is_row(step->family, PROBE_ASK_13_AES128, PROBE_ASK_12_KEY_RSA) ||
	    !is_row(step->group_row, PROBE_ASK_13_X25519, PROBE_ASK_13_P384))
		return false;
	if (step->family && (step->family <= PROBE_ASK_13_CHACHA20) != (step->version == 0x0304))
		return false;
	if (step->family >= PROBE_ASK_13_X25519 && step->family <= PROBE_ASK_13_P384)
		return false;
	return fits(step) && (!probe_rows_agreed(step) || step->version);
}

/* Which of the asks it is follows from what came before, so the child has no choice. */
static int take_step(const struct probe_step *step, struct probe_result *result)
{
	struct probe_step *to = &result->step[result->rows.connections];

	if (probe_rows_next(&result->rows) != step->ask || !is_step(step))
		return -EBADMSG;
	*to = *step;
	TAKE_TEXT(step->reason, to->reason);
	probe_rows_add(&result->rows, to);
	return 0;
}

/* Of the step before, and of none that came earlier. */
static bool is_new(const struct probe_chain *chain, const struct probe_result *result)
{
	static const uint8_t none[sizeof(chain->certificate)];
	const uint8_t *id = chain->certificate;
	unsigned int steps = result->rows.connections;

	if (!steps || !memcmp(id, none, sizeof(none)) ||
	    memcmp(id, result->step[steps - 1].certificate, sizeof(none)) != 0)
		return false;
	for (unsigned int i = 0; i < result->chains; i++)
		if (!memcmp(id, result->chain[i].certificate, sizeof(none)))
			return false;
	return true;
}

static bool is_chain(const struct probe_chain *chain)
{
	if (!is_time(chain->not_before) || !is_time(chain->not_after) ||
	    !is_time(chain->above_not_after) || chain->wrong >= PROBE_WRONGS ||
	    chain->error > VERIFY_ERROR_MAX || chain->self_signed > 1 || !chain->sent ||
	    chain->sent > COUNT_MAX || chain->match >= PROBE_MATCHES ||
	    chain->names > COUNT_MAX || chain->bits > BITS_MAX)
		return false;
	if (!IS_TEXT(chain->key) || !IS_TEXT(chain->subject) || !IS_TEXT(chain->issuer))
		return false;
	for (unsigned int i = 0; i < PROBE_NAMES; i++)
		if (!IS_TEXT(chain->name[i]))
			return false;
	return true;
}

static int take_chain(const struct probe_chain *chain, struct probe_result *result)
{
	struct probe_chain *to = &result->chain[result->chains];

	if (result->chains >= PROBE_CHAINS || !is_chain(chain) || !is_new(chain, result))
		return -EBADMSG;
	*to = *chain;
	TAKE_TEXT(chain->key, to->key);
	TAKE_TEXT(chain->subject, to->subject);
	TAKE_TEXT(chain->issuer, to->issuer);
	for (unsigned int i = 0; i < PROBE_NAMES; i++)
		TAKE_TEXT(chain->name[i], to->name[i]);
	result->chains++;
	return 0;
}

static int take_wanted(const struct probe_wanted *wanted, struct probe_result *result)
{
	unsigned int steps = result->rows.connections;

	if (result->has_wanted || !steps || !result->step[steps - 1].wants ||
	    wanted->names > COUNT_MAX)
		return -EBADMSG;
	for (unsigned int i = 0; i < PROBE_WANTED_NAMES; i++)
		if (!IS_TEXT(wanted->name[i]))
			return -EBADMSG;
	result->wanted.names = wanted->names;
	for (unsigned int i = 0; i < PROBE_WANTED_NAMES; i++)
		TAKE_TEXT(wanted->name[i], result->wanted.name[i]);
	result->has_wanted = true;
	return 0;
}

static int take_fault(const struct probe_fault *fault, struct probe_result *result)
{
	if (!IS_TEXT(fault->text) || !*fault->text)
		return -EBADMSG;
	TAKE_TEXT(fault->text, result->fault);
	return 0;
}

static int take_end(struct probe_result *result)
{
	if (probe_rows_next(&result->rows) >= 0)
		return -EBADMSG;
	result->ended = true;
	return 0;
}

int probe_wire_take(const uint8_t bytes[PROBE_WIRE_SIZE], struct probe_result *result)
{
	struct probe_wire wire;

	memcpy(&wire, bytes, sizeof(wire));
	if (wire.magic != PROBE_WIRE_MAGIC || wire.version != PROBE_WIRE_VERSION ||
	    result->ended || *result->fault)
		return -EBADMSG;
	if (wire.type == PROBE_WIRE_FAULT)
		return take_fault(&wire.fault, result);
	if (result->begun == (wire.type == PROBE_WIRE_BEGIN))
		return -EBADMSG;
	switch (wire.type) {
	case PROBE_WIRE_BEGIN:
		return take_begin(&wire.begin, result);
	case PROBE_WIRE_STEP:
		return take_step(&wire.step, result);
	case PROBE_WIRE_CHAIN:
		return take_chain(&wire.chain, result);
	case PROBE_WIRE_WANTED:
		return take_wanted(&wire.wanted, result);
	case PROBE_WIRE_END:
		return take_end(result);
	}
	return -EBADMSG;
}
