// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_record.h"

#include <errno.h>

static const struct access_label label_rows[XFF_LABELS] = {
	[XFF_REMOTE] = ACCESS_LABEL("remote_addr"),
	[XFF_PEER] = ACCESS_LABEL("ecdn_peer"),
	[XFF_REGION] = ACCESS_LABEL("ecdn_region"),
	[XFF_SCHEME] = ACCESS_LABEL("scheme"),
	[XFF_HEADER] = ACCESS_LABEL("http_x_forwarded_for"),
	[XFF_DIRECT] = ACCESS_LABEL("direct"),
	[XFF_ISP] = ACCESS_LABEL("isp"),
};

static const struct access_labels labels = { label_rows, XFF_LABELS, XFF_LABELS_NEEDED };

static int read_words(struct xff_record *record, struct access_fault *fault)
{
	const struct text *value = record->value;

	record->node = text_is(value[XFF_PEER], "node");
	if (!record->node && !text_is(value[XFF_PEER], "client"))
		return access_line_refuse(fault, "ecdn_peer is neither node nor client: ",
					  value[XFF_PEER]);
	record->tls = text_is(value[XFF_SCHEME], "https");
	if (!record->tls && !text_is(value[XFF_SCHEME], "http"))
		return access_line_refuse(fault, "scheme is neither http nor https: ",
					  value[XFF_SCHEME]);
	if (text_address(value[XFF_REMOTE], &record->remote))
		return access_line_refuse(fault, "remote_addr is no address: ",
					  value[XFF_REMOTE]);
	return 0;
}

/* A visitor writes the cookie, so that what is in it is no fault of the line. */
static void read_direct(struct xff_record *record)
{
	struct text direct = record->value[XFF_DIRECT];

	if (!text_length(direct) || text_address(direct, &record->direct))
		record->direct = (struct address){};
}

int xff_record_read(struct access_reader *reader, struct text text, struct xff_record *record,
		    struct access_fault *fault)
{
	int err = access_line_read(reader, &labels, text, record->value, fault);

	err = err ?: read_words(record, fault);
	if (!err)
		read_direct(record);
	return err;
}
