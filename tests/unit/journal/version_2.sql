-- A journal of schema 2 that holds the requests "one" and "audited" and an event, as selector 0.1.0
-- wrote it. Never changes.
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE candidates (
	request INTEGER NOT NULL, 
	candidate_id TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	content_hash TEXT, 
	pixel_hash TEXT, 
	path TEXT, 
	metadata TEXT NOT NULL, 
	error TEXT, 
	notes TEXT NOT NULL, 
	verdict TEXT, 
	rank INTEGER, 
	quality , 
	reasons TEXT, 
	outcomes INTEGER, 
	at_most , 
	PRIMARY KEY (request, candidate_id), 
	FOREIGN KEY(request) REFERENCES requests (number)
)
 WITHOUT ROWID

;
INSERT INTO "candidates" VALUES(1,'a',1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,'a.png','{"generator":"g"}',NULL,'[]','accept',1,0.75,'[]',3,NULL);
INSERT INTO "candidates" VALUES(1,'b',0,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,NULL,'{"generator":"g","seed":7}',NULL,'[]','review',2,0.25,'[{"kind":"failure","instance":"hands","output":"defect","value":null,"bound":null,"margin":null,"note":"crashed","other":""}]',3,NULL);
INSERT INTO "candidates" VALUES(1,'broken',2,NULL,NULL,NULL,'{"generator":"g"}','cut short','["?"]','reject',NULL,NULL,'[{"kind":"refused","instance":"","output":"","value":null,"bound":null,"margin":null,"note":"cut short","other":""}]',1,NULL);
INSERT INTO "candidates" VALUES(2,'a',1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',NULL,'a.png','{"generator":"g"}',NULL,'[]','accept',1,0.75,'[]',3,NULL);
INSERT INTO "candidates" VALUES(2,'b',0,'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',NULL,NULL,'{"generator":"g","seed":7}',NULL,'[]','review',2,0.25,'[{"kind":"failure","instance":"hands","output":"defect","value":null,"bound":null,"margin":null,"note":"crashed","other":""}]',3,NULL);
INSERT INTO "candidates" VALUES(2,'broken',2,NULL,NULL,NULL,'{"generator":"g"}','cut short','["?"]','reject',NULL,NULL,'[{"kind":"refused","instance":"","output":"","value":null,"bound":null,"margin":null,"note":"cut short","other":""}]',1,NULL);
CREATE TABLE events (
	number INTEGER NOT NULL, 
	created TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	writer TEXT NOT NULL, 
	value  NOT NULL, 
	body TEXT, 
	PRIMARY KEY (number)
);
INSERT INTO "events" VALUES(1,'2026-03-01T12:00:00.000+00:00','watch','a choice','me',1.5,'{"seen":3}');
CREATE TABLE outcomes (
	request INTEGER NOT NULL, 
	candidate_id TEXT NOT NULL, 
	instance TEXT NOT NULL, 
	output TEXT NOT NULL, 
	fingerprint TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	value , 
	reason TEXT, 
	evidence TEXT, 
	members TEXT, 
	PRIMARY KEY (request, candidate_id, instance, output), 
	FOREIGN KEY(request, candidate_id) REFERENCES candidates (request, candidate_id), 
	FOREIGN KEY(request) REFERENCES requests (number)
)
 WITHOUT ROWID

;
INSERT INTO "outcomes" VALUES(1,'a','hands','count','print of hands','score',0.0,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(1,'a','hands','defect','print of hands','not_applicable',NULL,'no hands','{"seen":null}',NULL);
INSERT INTO "outcomes" VALUES(1,'a','scorers.taste','score','print of scorers.taste','score',0.75,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(1,'b','hands','count','print of hands','score',2.0,NULL,'[{"box":[0.5,1,2,3],"text":"“left”"}]','set');
INSERT INTO "outcomes" VALUES(1,'b','hands','defect','print of hands','failure',NULL,'crashed',NULL,NULL);
INSERT INTO "outcomes" VALUES(1,'b','scorers.taste','score','print of scorers.taste','score',0.25,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(1,'broken','scorers.taste','score','print of scorers.taste','not_evaluated',NULL,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(2,'a','hands','count','print of hands','score',0.0,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(2,'a','hands','defect','print of hands','not_applicable',NULL,'no hands','{"seen":null}',NULL);
INSERT INTO "outcomes" VALUES(2,'a','scorers.taste','score','print of scorers.taste','score',0.75,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(2,'b','hands','count','print of hands','score',2.0,NULL,'[{"box":[0.5,1,2,3],"text":"“left”"}]','set');
INSERT INTO "outcomes" VALUES(2,'b','hands','defect','print of hands','failure',NULL,'crashed',NULL,NULL);
INSERT INTO "outcomes" VALUES(2,'b','scorers.taste','score','print of scorers.taste','score',0.25,NULL,NULL,NULL);
INSERT INTO "outcomes" VALUES(2,'broken','scorers.taste','score','print of scorers.taste','not_evaluated',NULL,NULL,NULL,NULL);
CREATE TABLE plans (
	hash TEXT NOT NULL, 
	schema INTEGER NOT NULL, 
	first_used TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (hash)
);
INSERT INTO "plans" VALUES('c4daad7a70bd2a0a70792f607254ba9a0a087d7af73ae5ab059bcf4619ce3cf7',1,'2026-03-01T12:00:00.000001+00:00','{"policy":"portrait","version":3,"policy_hash":"resolved meaning","instances":{"scorers.taste":{"name":"scorers.taste","use":"scorers.taste","kind":"scorer","scope":"candidate","version":1,"fingerprint":"print of scorers.taste","parameters":{"low":-0.5},"outputs":{"score":{"unit":"points","low":0.0,"high":1.0,"higher_is_better":true,"within_prompt":false,"optional":false,"words":"","usual":null,"harm":false,"whole":false}},"needs":["prompt"],"cost":{"seconds":0.1,"backbone":null,"backbone_seconds":0.0,"tokens":0},"models":{}},"hands":{"name":"hands","use":"hands","kind":"scorer","scope":"candidate","version":1,"fingerprint":"print of hands","parameters":{"low":-0.5},"outputs":{"count":{"unit":"points","low":0.0,"high":1.0,"higher_is_better":true,"within_prompt":false,"optional":false,"words":"","usual":null,"harm":false,"whole":false},"defect":{"unit":"points","low":0.0,"high":1.0,"higher_is_better":true,"within_prompt":false,"optional":false,"words":"","usual":null,"harm":false,"whole":false}},"needs":["prompt"],"cost":{"seconds":0.1,"backbone":null,"backbone_seconds":0.0,"tokens":0},"models":{}}},"gates":[],"method":{"terms":[{"of":{"instance":"scorers.taste","output":"score"},"weight":1.0,"scale":{"low":0.0,"high":1.0,"higher_is_better":true},"if_absent":null,"on_failure":"review"}],"kind":"weighted_sum"},"cut":null,"deliver":1,"review_at_most":null,"distinct":null,"on_empty":"none","uncertified":[],"if_uncertified":"review","journal":"where_set","timeout_s":null,"mode":"exact","parallelism":2,"audit":0.01,"regret":null,"worth":null,"prediction":null,"schema":1}');
CREATE TABLE requests (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	created TEXT NOT NULL, 
	prompt TEXT NOT NULL, 
	edit TEXT, 
	expect TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	policy_hash TEXT NOT NULL, 
	plan_hash TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	needs_person BOOLEAN NOT NULL, 
	advice TEXT, 
	candidates INTEGER NOT NULL, 
	seconds , 
	spent TEXT NOT NULL, 
	audited BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (number), 
	UNIQUE (id), 
	FOREIGN KEY(plan_hash) REFERENCES plans (hash)
);
INSERT INTO "requests" VALUES(1,'one','2026-03-01T12:00:00.000001+00:00','two hands, ''folded''',NULL,'{"faces":2.0}','portrait',3,'resolved meaning','c4daad7a70bd2a0a70792f607254ba9a0a087d7af73ae5ab059bcf4619ce3cf7','complete',0,NULL,3,1.25,'{"calls":{"hands":2},"seconds":{"images":0.5,"total":1.25},"tokens":{},"rounds":0,"saved":{}}',0);
INSERT INTO "requests" VALUES(2,'audited','2026-03-01T12:00:00.000001+00:00','two hands, ''folded''',NULL,'{"faces":2.0}','portrait',3,'resolved meaning','c4daad7a70bd2a0a70792f607254ba9a0a087d7af73ae5ab059bcf4619ce3cf7','complete',0,NULL,3,1.25,'{"calls":{"hands":2},"seconds":{"images":0.5,"total":1.25},"tokens":{},"rounds":0,"saved":{}}',1);
CREATE TABLE summaries (
	request INTEGER NOT NULL, 
	created TEXT NOT NULL, 
	policy TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	generator TEXT, 
	outputs TEXT NOT NULL, 
	failures INTEGER NOT NULL, 
	margin , 
	accepted INTEGER NOT NULL, 
	review INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	needs_person BOOLEAN NOT NULL, 
	audit BOOLEAN NOT NULL, 
	PRIMARY KEY (request), 
	FOREIGN KEY(request) REFERENCES requests (number)
);
INSERT INTO "summaries" VALUES(1,'2026-03-01T12:00:00.000001+00:00','portrait',3,'g','{"scorers.taste.score": {"count": 2, "mean": 0.5, "failures": 0}, "hands.count": {"count": 2, "mean": 1.0, "failures": 0}, "hands.defect": {"count": 0, "mean": null, "failures": 1}}',1,0.5,1,1,1,0,0);
INSERT INTO "summaries" VALUES(2,'2026-03-01T12:00:00.000001+00:00','portrait',3,'g','{"scorers.taste.score": {"count": 2, "mean": 0.5, "failures": 0}, "hands.count": {"count": 2, "mean": 1.0, "failures": 0}, "hands.defect": {"count": 0, "mean": null, "failures": 1}}',1,0.5,1,1,1,0,1);
CREATE TABLE tallies (
	fingerprint TEXT NOT NULL, 
	request INTEGER NOT NULL, 
	calls INTEGER NOT NULL, 
	seconds  NOT NULL, 
	measured INTEGER NOT NULL, 
	refused INTEGER NOT NULL, 
	whole BOOLEAN NOT NULL, 
	PRIMARY KEY (fingerprint, request), 
	FOREIGN KEY(request) REFERENCES requests (number)
)
 WITHOUT ROWID

;
INSERT INTO "tallies" VALUES('print of hands',1,0,0.0,2,0,0);
INSERT INTO "tallies" VALUES('print of hands',2,0,0.0,2,0,1);
INSERT INTO "tallies" VALUES('print of scorers.taste',1,0,0.0,2,0,0);
INSERT INTO "tallies" VALUES('print of scorers.taste',2,0,0.0,2,0,1);
CREATE INDEX events_by_writer ON events (kind, subject, writer, number);
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER plans_no_update BEFORE UPDATE ON plans BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER plans_no_delete BEFORE DELETE ON plans BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER requests_no_update BEFORE UPDATE ON requests BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER requests_no_delete BEFORE DELETE ON requests BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER candidates_no_update BEFORE UPDATE ON candidates BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER candidates_no_delete BEFORE DELETE ON candidates BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER summaries_no_update BEFORE UPDATE ON summaries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER summaries_no_delete BEFORE DELETE ON summaries BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER tallies_no_update BEFORE UPDATE ON tallies BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER tallies_no_delete BEFORE DELETE ON tallies BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER outcomes_no_update BEFORE UPDATE ON outcomes BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER outcomes_no_delete BEFORE DELETE ON outcomes BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
COMMIT;
PRAGMA application_id = 1399155786;
PRAGMA user_version = 2;
