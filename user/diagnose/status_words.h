/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_words.h - the platform's words for a status that users see, whoever has counted it.
 */
#ifndef DIAGNOSE_STATUS_WORDS_H
#define DIAGNOSE_STATUS_WORDS_H

#define STATUS_WORDS_BROKEN "The origin's response is incomplete or malformed."
#define STATUS_WORDS_MEND "Have the origin's operator look for what ends answers there: time " \
			  "limits and sizes, processes that die, a wrong Content-Length."

static inline const char *status_words_published(unsigned int status)
{
	return status == 404 ? "The content is not on the origin, or the domain is not connected "
			       "to the service." :
			       "Check whether the code came from the origin.";
}

static inline const char *status_words_sent(unsigned int status)
{
	return status == 404 ? "The origin has sent it: put the content there, or have it asked "
			       "for by the right path and host name." :
			       "The origin has sent it: its log tells why.";
}

static inline const char *status_words_made(unsigned int status)
{
	return status == 404 ? "The origin has not sent it: it was made on the way. Is the domain "
			       "connected to the service, and has the proxy a server of that "
			       "name?" :
			       "The origin has not sent it: it was made on the way. The proxy's "
			       "error log tells why.";
}

#endif
