BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE blob (
	sha256 VARCHAR NOT NULL, 
	data BLOB NOT NULL, 
	PRIMARY KEY (sha256)
);
INSERT INTO "blob" VALUES('1ab50dddf7df66a0d18f51cc87d4979d6cf57dbc263e99942c084fe726f9c39c',X'70617463682030206D31');
INSERT INTO "blob" VALUES('1e1e036be7a831b496b254e19493435dfa6f2280fddb74ea04a599c1f5229334',X'64696666206F662070617463682030206D31');
INSERT INTO "blob" VALUES('f8e7e336b89470af7b836f26569a1d00bba76420d0d9384a4c3c8029b157300e',X'70617463682030206D32');
INSERT INTO "blob" VALUES('34ff71f4ccada26ce82c7c076ec6b9098fb94388f15eeca63c1f980f28fe2097',X'64696666206F662070617463682030206D32');
INSERT INTO "blob" VALUES('08618280b57b3ba45878b8ed351668c42c7fcd3039ad2d854ac3f932daecf952',X'70617463682031206D31');
INSERT INTO "blob" VALUES('9306cd44dfb7ec8a6eb2dc1722fb3b2feb9c10fcb59c1e58117a9922e5fc139b',X'64696666206F662070617463682031206D31');
INSERT INTO "blob" VALUES('b025bf7eb16ecae417555352353259c764b592234a49c782cc31dc3c19a70d17',X'70617463682031206D32');
INSERT INTO "blob" VALUES('ebd6241f02236f1520c0e3067c19b566da75702796351924750e33f8a891284c',X'64696666206F662070617463682031206D32');
INSERT INTO "blob" VALUES('b9b9dcb10841957201316dfacd4f97cbef8c470291ee623482f0c6990e0e7120',X'70617463682032206D31');
INSERT INTO "blob" VALUES('0be8359c4e5ea8a067d2f861906a8e2cdadf2f71496af02bd66454f6d9371592',X'64696666206F662070617463682032206D31');
INSERT INTO "blob" VALUES('8e2d19d69ade209a3819ed01829f684b249da512ba55db89cfc624959fc95c45',X'70617463682032206D32');
INSERT INTO "blob" VALUES('2e69617646cd629d3f34feb5c6ee4a4c8dd6d06141506a1165f9199eea7b7e61',X'64696666206F662070617463682032206D32');
INSERT INTO "blob" VALUES('ca33251a7e3d6b4f5269b1266d3d9e5d24197d16995fc4ba772083e1e8598ec3',X'70617463682033206D31');
INSERT INTO "blob" VALUES('12b2b5503bea8b625ff8a55186d7c3dc7a21affcac13a064da614b5c5966fe23',X'64696666206F662070617463682033206D31');
INSERT INTO "blob" VALUES('be812f5da9ba702ef032842c6b2f0663decaa739f5cd0fb09a745678e0e479cb',X'70617463682033206D32');
INSERT INTO "blob" VALUES('53dfa1d52c650c1d18ae435a63d2cbb77551537dba73a683a9302b18c0f5bc20',X'64696666206F662070617463682033206D32');
CREATE TABLE candidate (
	name VARCHAR NOT NULL, 
	alias VARCHAR NOT NULL, 
	PRIMARY KEY (name), 
	UNIQUE (alias)
);
INSERT INTO "candidate" VALUES('m1','N');
INSERT INTO "candidate" VALUES('m2','E');
CREATE TABLE check_result (
	id INTEGER NOT NULL, 
	output INTEGER NOT NULL, 
	tests VARCHAR NOT NULL, 
	hidden VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(output) REFERENCES output (id)
);
CREATE TABLE item (
	reviewer VARCHAR NOT NULL, 
	output INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	place INTEGER NOT NULL, 
	outcome VARCHAR NOT NULL, 
	label VARCHAR, 
	edit VARCHAR, 
	event_id INTEGER, 
	first_event_id INTEGER, 
	PRIMARY KEY (reviewer, output), 
	FOREIGN KEY(reviewer) REFERENCES reviewer (name), 
	FOREIGN KEY(output) REFERENCES output (id), 
	FOREIGN KEY(event_id) REFERENCES label_event (event_id), 
	FOREIGN KEY(first_event_id) REFERENCES label_event (event_id)
)
 WITHOUT ROWID

;
INSERT INTO "item" VALUES('ann',1,4129477455177630298,0,'pending',NULL,NULL,11,NULL);
INSERT INTO "item" VALUES('ann',2,4496144201222081572,0,'pending',NULL,NULL,9,NULL);
INSERT INTO "item" VALUES('ann',3,2118353736196320855,2,'unknown_escape','escaped',NULL,3,3);
INSERT INTO "item" VALUES('ann',4,1368888236347774799,2,'edited_minor','edited','minor',2,2);
INSERT INTO "item" VALUES('ann',5,3419721877511806721,1,'pending',NULL,NULL,6,NULL);
INSERT INTO "item" VALUES('ann',6,3152002637402136199,2,'abstained','abstained',NULL,5,5);
INSERT INTO "item" VALUES('ann',7,2326388518504571573,2,'edited_major','edited','major',4,4);
INSERT INTO "item" VALUES('ann',8,155438975311203868,2,'merged','merged',NULL,1,1);
CREATE TABLE label_event (
	event_id INTEGER NOT NULL, 
	output INTEGER NOT NULL, 
	reviewer VARCHAR NOT NULL, 
	seq INTEGER NOT NULL, 
	act VARCHAR NOT NULL, 
	supersedes INTEGER, 
	undoes INTEGER, 
	back INTEGER, 
	below INTEGER, 
	undo INTEGER, 
	redo INTEGER, 
	started_at VARCHAR NOT NULL, 
	active_ms INTEGER NOT NULL, 
	idle_ms INTEGER NOT NULL, 
	peeks INTEGER NOT NULL, 
	rubric_version VARCHAR NOT NULL, 
	app_version VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	prev_hash VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	judgement VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	PRIMARY KEY (event_id), 
	CONSTRAINT uq_label_event_seq UNIQUE (output, reviewer, seq), 
	FOREIGN KEY(output) REFERENCES output (id), 
	FOREIGN KEY(reviewer) REFERENCES reviewer (name)
);
INSERT INTO "label_event" VALUES(1,8,'ann',1,'label',NULL,NULL,NULL,NULL,1,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','a2bfdb48a5d67165f5b8d974e1b3d35a9f56f81ed9334f77f8b72038e449889d','cbbc3f491198aa57446f4478b66a3e824dc041de90f66d4304a53a5cf505cf1b','{"label": "merged"}','');
INSERT INTO "label_event" VALUES(2,4,'ann',1,'label',NULL,NULL,NULL,1,2,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','cbbc3f491198aa57446f4478b66a3e824dc041de90f66d4304a53a5cf505cf1b','34374097664a26b79a3168e51e508e22245ca16ce012d587eb64380428c20909','{"edit": "minor", "label": "edited", "note": "täst ☃"}','');
INSERT INTO "label_event" VALUES(3,3,'ann',1,'label',NULL,NULL,NULL,2,3,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','34374097664a26b79a3168e51e508e22245ca16ce012d587eb64380428c20909','6dcda3d0de9095d40a147999a11cfced968226906a34df55032624f4aa088dec','{"findings": [{"found_by": "review", "kind": "functional", "line": 3, "severity": 2, "side": "new"}], "label": "escaped"}','');
INSERT INTO "label_event" VALUES(4,7,'ann',1,'label',NULL,NULL,NULL,3,4,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','6dcda3d0de9095d40a147999a11cfced968226906a34df55032624f4aa088dec','8843191f2f8c87b11584ee7ce28b2d8f16473bf747132413fe36e09236cb6d4b','{"edit": "major", "findings": [{"flag": 0, "found_by": "review", "kind": "security", "line": 0, "severity": 3, "side": "new"}], "flags": [{"quote": "this may leak", "verdict": "confirmed"}], "label": "edited"}','');
INSERT INTO "label_event" VALUES(5,6,'ann',1,'label',NULL,NULL,NULL,4,5,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','8843191f2f8c87b11584ee7ce28b2d8f16473bf747132413fe36e09236cb6d4b','17f348a072092f48456e3d95ad2ce2ab10652e12e406c69d662ff06e4491ca84','{"delivery": "ask", "label": "abstained", "quote": "which one?"}','');
INSERT INTO "label_event" VALUES(6,5,'ann',1,'label',NULL,NULL,NULL,5,6,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','17f348a072092f48456e3d95ad2ce2ab10652e12e406c69d662ff06e4491ca84','22f49370bdf811cfde819db05b082bccd1794e571d1f8a15694ca3e705889093','{"skipped": true}','');
INSERT INTO "label_event" VALUES(7,1,'ann',1,'label',NULL,NULL,NULL,6,7,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','22f49370bdf811cfde819db05b082bccd1794e571d1f8a15694ca3e705889093','45ae76a911dbaaed302ed649c1ce254bb6cc2ee1baeabc91283997f94b2ad4e8','{"findings": [{"found_by": "review", "kind": "remark", "line": 0, "severity": 2, "side": "new", "text": "hm"}]}','');
INSERT INTO "label_event" VALUES(8,2,'ann',1,'label',NULL,NULL,NULL,7,8,NULL,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','45ae76a911dbaaed302ed649c1ce254bb6cc2ee1baeabc91283997f94b2ad4e8','2530f86da21877f3ffb074b21cd7338402ed536d560f9658f7959670b7f1ad04','{"delivery": "empty"}','');
INSERT INTO "label_event" VALUES(9,2,'ann',2,'undo',8,8,NULL,7,7,9,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','2530f86da21877f3ffb074b21cd7338402ed536d560f9658f7959670b7f1ad04','ee81f9f65622397a304c02cffda8e220451a69fffd054770aed0a993bca27df0','{}','');
INSERT INTO "label_event" VALUES(10,1,'ann',2,'undo',7,7,9,6,6,10,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','ee81f9f65622397a304c02cffda8e220451a69fffd054770aed0a993bca27df0','40092bb421a9d8a1dc43931fcda2195dbb01fb812735e7b5c127c27def4e1fab','{}','');
INSERT INTO "label_event" VALUES(11,1,'ann',3,'redo',10,NULL,NULL,6,11,9,'2026-01-02T03:04:05.678901Z',1200,30,0,'r1','1','2026-01-02T03:04:05.678901Z','40092bb421a9d8a1dc43931fcda2195dbb01fb812735e7b5c127c27def4e1fab','64d4220f5ffceef3321445fcb463cc13f84a1cce01128c700ba9c959b49adb0c','{"findings": [{"found_by": "review", "kind": "remark", "line": 0, "severity": 2, "side": "new", "text": "hm"}]}','');
CREATE TABLE meta (
	"key" VARCHAR NOT NULL, 
	value VARCHAR NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('study_id','study-1');
INSERT INTO "meta" VALUES('created_at','2026-01-02T03:04:05.678901Z');
INSERT INTO "meta" VALUES('tool_version','1');
INSERT INTO "meta" VALUES('gate_lock','{"gates": {"gate.toml": "ab"}, "tickets": "cd"}');
INSERT INTO "meta" VALUES('gate_lock_event','1');
CREATE TABLE output (
	id INTEGER NOT NULL, 
	output_id VARCHAR NOT NULL, 
	ticket VARCHAR NOT NULL, 
	candidate VARCHAR NOT NULL, 
	trial INTEGER NOT NULL, 
	delivery VARCHAR NOT NULL, 
	tests VARCHAR NOT NULL, 
	hidden VARCHAR NOT NULL, 
	rung VARCHAR NOT NULL, 
	tree VARCHAR NOT NULL, 
	files INTEGER NOT NULL, 
	added INTEGER NOT NULL, 
	removed INTEGER NOT NULL, 
	patch VARCHAR NOT NULL, 
	diff VARCHAR NOT NULL, 
	content_digest VARCHAR NOT NULL, 
	run_id VARCHAR NOT NULL, 
	tests_source VARCHAR NOT NULL, 
	tests_reason VARCHAR NOT NULL, 
	badges VARCHAR NOT NULL, 
	detail VARCHAR NOT NULL, 
	self_flagged VARCHAR NOT NULL, 
	questions VARCHAR NOT NULL, 
	message VARCHAR NOT NULL, 
	extra VARCHAR NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (output_id), 
	CONSTRAINT uq_output_trial UNIQUE (ticket, candidate, trial), 
	CONSTRAINT uq_output_digest UNIQUE (ticket, candidate, content_digest), 
	FOREIGN KEY(ticket) REFERENCES ticket (ticket_id), 
	FOREIGN KEY(candidate) REFERENCES candidate (name), 
	FOREIGN KEY(patch) REFERENCES blob (sha256), 
	FOREIGN KEY(diff) REFERENCES blob (sha256)
);
INSERT INTO "output" VALUES(1,'dc99e4805799','t0','m1',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'1ab50dddf7df66a0d18f51cc87d4979d6cf57dbc263e99942c084fe726f9c39c','1e1e036be7a831b496b254e19493435dfa6f2280fddb74ea04a599c1f5229334','ddc085b8454e9e5384ca1f57b6eed4deeb5d9110918aff1f06d9f0b5cce70c0b','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(2,'913741deef1c','t0','m2',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'f8e7e336b89470af7b836f26569a1d00bba76420d0d9384a4c3c8029b157300e','34ff71f4ccada26ce82c7c076ec6b9098fb94388f15eeca63c1f980f28fe2097','aefa2da140fbd4f7ece1fb0eb76e0380438c0a0ae09de52acb9920f485ebdf74','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(3,'635b6264cc97','t1','m1',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'08618280b57b3ba45878b8ed351668c42c7fcd3039ad2d854ac3f932daecf952','9306cd44dfb7ec8a6eb2dc1722fb3b2feb9c10fcb59c1e58117a9922e5fc139b','525aabff31c2e3c34d0efb9ac290b19908fc01c6f5be85d22558918ffee91cc6','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(4,'13d1e3164289','t1','m2',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'b025bf7eb16ecae417555352353259c764b592234a49c782cc31dc3c19a70d17','ebd6241f02236f1520c0e3067c19b566da75702796351924750e33f8a891284c','0f2eb496c20f0d2c71cf321844c5a5bb7802bf1d0502bb0ac7f18da2735c3a58','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(5,'e701416024d9','t2','m1',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'b9b9dcb10841957201316dfacd4f97cbef8c470291ee623482f0c6990e0e7120','0be8359c4e5ea8a067d2f861906a8e2cdadf2f71496af02bd66454f6d9371592','3a3a1a9340ce8aa7c817bcb5dff8baa6a2b713a3dbcc5a19f80a4c2d2f43d370','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(6,'aeee53aee69f','t2','m2',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'8e2d19d69ade209a3819ed01829f684b249da512ba55db89cfc624959fc95c45','2e69617646cd629d3f34feb5c6ee4a4c8dd6d06141506a1165f9199eea7b7e61','2211172819c702d712a57454621e6c43fd8f2fee10b49868b3ec14f420c60e2f','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(7,'7cc0789b0963','t3','m1',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'ca33251a7e3d6b4f5269b1266d3d9e5d24197d16995fc4ba772083e1e8598ec3','12b2b5503bea8b625ff8a55186d7c3dc7a21affcac13a064da614b5c5966fe23','231ce4d388a07e942a1e1be23f14deb26234a675515e4aa75c572a1dae43e5d2','','','','[]','','[]','[]','','{}');
INSERT INTO "output" VALUES(8,'b03fdc109c98','t3','m2',1,'patch','not_run','not_run','plain','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',1,2,1,'be812f5da9ba702ef032842c6b2f0663decaa739f5cd0fb09a745678e0e479cb','53dfa1d52c650c1d18ae435a63d2cbb77551537dba73a683a9302b18c0f5bc20','023a1bae330b6ead19088adde41357d7e2c8c8365b0e7fdafd4fd07cb76c8ca0','','','','[]','','[]','[]','','{}');
CREATE TABLE repository (
	name VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	clone VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE reviewer (
	name VARCHAR NOT NULL, 
	seed VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "reviewer" VALUES('ann','f00f7ff241af5087','2026-01-02T03:04:05.678901Z');
CREATE TABLE spec_event (
	event_id INTEGER NOT NULL, 
	ticket VARCHAR NOT NULL, 
	reviewer VARCHAR NOT NULL, 
	act VARCHAR NOT NULL, 
	spec VARCHAR NOT NULL, 
	severity INTEGER, 
	settles VARCHAR NOT NULL, 
	given VARCHAR NOT NULL, 
	undoes INTEGER, 
	app_version VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	origin VARCHAR NOT NULL, 
	prev_hash VARCHAR NOT NULL, 
	hash VARCHAR NOT NULL, 
	PRIMARY KEY (event_id)
);
INSERT INTO "spec_event" VALUES(1,'t1','ann','call','clear',NULL,'unset','vague',NULL,'1','2026-01-02T03:04:05.678901Z','','','df75b8f7f8695a820034d727027b99b9e5a5f288b0e3baf62a7b62a8b4b22af1');
INSERT INTO "spec_event" VALUES(2,'t1','bob','call','vague',NULL,'unset','vague',NULL,'1','2026-01-02T03:04:05.678901Z','','df75b8f7f8695a820034d727027b99b9e5a5f288b0e3baf62a7b62a8b4b22af1','7f341ba868de0c75c414feff70f53f0b39c795b1ee5d1f0e5efc7a64fafde909');
INSERT INTO "spec_event" VALUES(3,'t1','bob','undo','unset',NULL,'unset','vague',2,'1','2026-01-02T03:04:05.678901Z','','7f341ba868de0c75c414feff70f53f0b39c795b1ee5d1f0e5efc7a64fafde909','36ddeb7db2a549b0cc8908c847ba677db5d1681e65248c1fee4e4e9c1995d7bc');
CREATE TABLE tally (
	reviewer VARCHAR NOT NULL, 
	candidate VARCHAR NOT NULL, 
	cell VARCHAR NOT NULL, 
	n INTEGER NOT NULL, 
	PRIMARY KEY (reviewer, candidate, cell)
)
 WITHOUT ROWID

;
INSERT INTO "tally" VALUES('','','open',8);
INSERT INTO "tally" VALUES('','m1','clear|pending|not_run|0|0|0|0|0',3);
INSERT INTO "tally" VALUES('','m1','unset|pending|not_run|0|0|0|0|0',0);
INSERT INTO "tally" VALUES('','m1','vague|pending|not_run|0|0|0|0|0',1);
INSERT INTO "tally" VALUES('','m2','clear|pending|not_run|0|0|0|0|0',3);
INSERT INTO "tally" VALUES('','m2','unset|pending|not_run|0|0|0|0|0',0);
INSERT INTO "tally" VALUES('','m2','vague|pending|not_run|0|0|0|0|0',1);
INSERT INTO "tally" VALUES('ann','','labelled',5);
INSERT INTO "tally" VALUES('ann','','no_output',0);
INSERT INTO "tally" VALUES('ann','','open',-6);
INSERT INTO "tally" VALUES('ann','','skipped',1);
INSERT INTO "tally" VALUES('ann','m1','clear|pending|not_run|0|0|0|0|0',-1);
INSERT INTO "tally" VALUES('ann','m1','clear|unknown_escape|not_run|1|0|1|0|0',1);
INSERT INTO "tally" VALUES('ann','m1','vague|edited_major|not_run|1|1|1|1|1',1);
INSERT INTO "tally" VALUES('ann','m1','vague|pending|not_run|0|0|0|0|0',-1);
INSERT INTO "tally" VALUES('ann','m2','clear|abstained||0|0|0|0|0',1);
INSERT INTO "tally" VALUES('ann','m2','clear|edited_minor|not_run|0|0|0|0|0',1);
INSERT INTO "tally" VALUES('ann','m2','clear|no_output||0|0|0|0|0',0);
INSERT INTO "tally" VALUES('ann','m2','clear|pending|not_run|0|0|0|0|0',-2);
INSERT INTO "tally" VALUES('ann','m2','vague|merged|not_run|0|0|0|0|0',1);
INSERT INTO "tally" VALUES('ann','m2','vague|pending|not_run|0|0|0|0|0',-1);
CREATE TABLE ticket (
	ticket_id VARCHAR NOT NULL, 
	position INTEGER NOT NULL, 
	spec VARCHAR NOT NULL, 
	title VARCHAR NOT NULL, 
	repo VARCHAR NOT NULL, 
	base_commit VARCHAR NOT NULL, 
	digest VARCHAR NOT NULL, 
	labels VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	source VARCHAR NOT NULL, 
	body VARCHAR NOT NULL, 
	hidden VARCHAR NOT NULL, 
	extra VARCHAR NOT NULL, 
	PRIMARY KEY (ticket_id), 
	UNIQUE (position)
);
INSERT INTO "ticket" VALUES('t0',1,'clear','title of t0','','cccccccccccccccccccccccccccccccccccccccc','5f597f956c80acc4c59662e799aa678ee348febf4133fdc152e28f5f44e753fb','["bug"]','','','body of t0','{}','{}');
INSERT INTO "ticket" VALUES('t1',2,'clear','title of t1','','cccccccccccccccccccccccccccccccccccccccc','60da09cb115f98bb3eb41a0f99f4593a51b1d14a6ec5749dc8261baca097f945','["bug"]','','','body of t1','{}','{}');
INSERT INTO "ticket" VALUES('t2',3,'clear','title of t2','','cccccccccccccccccccccccccccccccccccccccc','9ffba29c9276d42c81b54aca611cdb60dfb9cd6db9bd053a9d41c4c1508538fb','["bug"]','','','body of t2','{}','{}');
INSERT INTO "ticket" VALUES('t3',4,'vague','title of t3','','cccccccccccccccccccccccccccccccccccccccc','b3c42ec61a2c21738e685f8930ba22a7beffe8dee3ff34d3b336a1f848f05f0c','["bug"]','','','body of t3','{}','{}');
CREATE INDEX ix_output_ticket_output_id ON output (ticket, output_id);
CREATE INDEX ix_check_result_output ON check_result (output, id);
CREATE INDEX ix_label_event_reviewer ON label_event (reviewer, event_id);
CREATE INDEX ix_item_place ON item (reviewer, place, position);
CREATE TRIGGER label_event_no_update BEFORE UPDATE ON label_event
BEGIN SELECT RAISE(ABORT, 'label_event is append-only'); END;
CREATE TRIGGER label_event_no_delete BEFORE DELETE ON label_event
BEGIN SELECT RAISE(ABORT, 'label_event is append-only'); END;
CREATE INDEX ix_spec_event_ticket ON spec_event (ticket, event_id);
CREATE INDEX ix_spec_event_reviewer ON spec_event (reviewer, event_id);
CREATE TRIGGER spec_event_no_update BEFORE UPDATE ON spec_event
BEGIN SELECT RAISE(ABORT, 'spec_event is append-only'); END;
CREATE TRIGGER spec_event_no_delete BEFORE DELETE ON spec_event
BEGIN SELECT RAISE(ABORT, 'spec_event is append-only'); END;
COMMIT;
PRAGMA application_id=1463963203;
