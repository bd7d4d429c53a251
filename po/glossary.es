# SPDX-License-Identifier: GPL-3.0-or-later
# Terms of this translation: English, a tab, ours, a tab, what is meant. Keep to them.
# Forms of address: at the desk "tú"; to companies and callers (dashboard, mails, announcements) "usted".
# Texts that both read (sign-in, refusals of the server) are worded without a person.
badge	insignia	proof of an exam passed, asked for by a script
call	llamada	in the sense of one telephone call
call centre	centro de llamadas	the tenant: the firm that answers
caller	quien llama	who rings
company	empresa	who pays, and is answered for
connect through	transferir	pass the caller on to a third number; the e-agent leaves
credit	saldo	the company's prepaid money
dashboard	panel	the company owner's window
desk	puesto	the e-agent's window
disposition, outcome	resultado	how a call was closed
e-agent	e-agente	who answers; never “operator”
hold	en espera	the caller waits and hears music
level	nivel	of an e-agent; a script asks for one
limit wait	límite	from here on an answer is worth nothing
line	línea	a number with its settings
mask	ocultar	keep out of the recording
pool	grupo	the group of e-agents a line draws on
presence	presencia	available, pause, offline…
prompt	locución	what callers hear from the machine: a greeting, a question, music
queue	cola	where callers wait
rate	tarifa	price of a second
recording	grabación	of a call
reference wait	espera de referencia	the wait that gives 100 %
register, sign on (a phone)	registrar	SIP registration
reserve	reservar	money kept for a call that runs
script	guion	leads the conversation, step by step
seal	sellar	encrypt what is kept
service quality	calidad del servicio	the one figure; docs/service-quality.md
sign in, sign out	iniciar, cerrar la sesión	of a user
skill	competencia	what an e-agent can do; a line asks for it
step	paso	of a script
ticket, ticket number	gestión, número de gestión	what the e-agent tells the caller
wrap-up	cierre	the e-agent's work after a call
