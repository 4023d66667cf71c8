// Judges copies of a served log with Go's own note and tlog packages (golang.org/x/mod/sumdb), as
// Debian packages them. What is here reads files and hands them over; the verdicts are theirs.
//
//	tlogcheck FOLDER...     one line for each: "ok SIZE", or "refused: why"
//
// A folder holds the log under its C2SP names (checkpoint, tile/…), and beside it: policy
// (c2sp.org/tlog-policy), older (a checkpoint), consistency (hashes from older to checkpoint),
// record (the bytes of an entry) and record.tlog-proof.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// cosigner lets the note package judge lines of c2sp.org/tlog-cosignature, a kind it lacks.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), text)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func cosignerOf(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed cosigner key")
	}
	id, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, errors.New("malformed cosigner key")
	}
	return cosigner{parts[0], uint32(id), key[1:]}, nil
}

type policy struct {
	log       note.Verifier
	cosigners []note.Verifier
	quorum    int
}

func readPolicy(text string) (p policy, err error) {
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[0] == "log":
			p.log, err = note.NewVerifier(words[1])
		case len(words) == 3 && words[0] == "witness":
			var verifier note.Verifier
			verifier, err = cosignerOf(words[2])
			p.cosigners = append(p.cosigners, verifier)
		case len(words) > 3 && words[0] == "group":
			p.quorum, err = strconv.Atoi(words[2])
		}
		if err != nil {
			return p, err
		}
	}
	if p.log == nil || p.quorum == 0 || len(p.cosigners) < p.quorum {
		return p, errors.New("the policy names no log or no quorum")
	}
	return p, nil
}

// open: the tree of a checkpoint that the log's key and a quorum of cosigners signed.
func (p policy) open(signed []byte) (tree tlog.Tree, err error) {
	opened, err := note.Open(signed, note.VerifierList(append(p.cosigners, p.log)...))
	if err != nil {
		return tree, err
	}
	cosigned, logged := 0, false
	for _, sig := range opened.Sigs {
		if sig.Hash == p.log.KeyHash() && sig.Name == p.log.Name() {
			logged = true
		} else {
			cosigned++
		}
	}
	if !logged || cosigned < p.quorum {
		return tree, fmt.Errorf("signed by %d cosigners, by the log: %v", cosigned, logged)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != p.log.Name() {
		return tree, errors.New("not a checkpoint of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// folder is the log on disk; it serves tiles under their C2SP names.
type folder string

func (f folder) read(name string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(name)))
}

func tilePath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	if tile.L == -1 {
		path = "entries/" + strings.TrimPrefix(path, "data/")
	}
	return "tile/" + path
}

func (f folder) Height() int                     { return tileHeight }
func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, err := f.read(tilePath(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func readHashes(text string) (hashes []tlog.Hash, err error) {
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

// checkTiles: every hash tile leads to the root, and every entry is the leaf that they say.
func checkTiles(f folder, tree tlog.Tree) error {
	reader := tlog.TileHashReader(tree, f)
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the tiles have another root")
	}
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := tree.N - first
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		indexes := make([]int64, width)
		for i := range indexes {
			indexes[i] = tlog.StoredHashIndex(0, first+int64(i))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return err
		}
		bundle, err := f.read(tilePath(
			tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: int(width)}))
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return errors.New("a bundle ends too early")
			}
			size := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:size]) != hash {
				return fmt.Errorf("entry %d is not the leaf", first+int64(i))
			}
			bundle = bundle[size:]
		}
		if len(bundle) != 0 {
			return errors.New("a bundle is too long")
		}
	}
	return nil
}

// checkProof: record.tlog-proof as it is, and the same proof made from the tiles.
func checkProof(f folder, p policy, tree tlog.Tree) error {
	file, err := f.read("record.tlog-proof")
	if err != nil {
		return err
	}
	record, err := f.read("record")
	if err != nil {
		return err
	}
	parts := bytes.SplitN(file, []byte("\n\n"), 2)
	head := strings.SplitN(string(parts[0]), "\n", 3)
	if len(parts) != 2 || len(head) != 3 || head[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(head[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := readHashes(head[2])
	if err != nil {
		return err
	}
	signed, err := p.open(parts[1])
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, signed.N, signed.Hash, index, tlog.RecordHash(record)); err != nil {
		return err
	}
	made, err := tlog.ProveRecord(tree.N, index, tlog.TileHashReader(tree, f))
	if err != nil {
		return err
	}
	return tlog.CheckRecord(made, tree.N, tree.Hash, index, tlog.RecordHash(record))
}

func checkConsistency(f folder, p policy, tree tlog.Tree) error {
	signed, err := f.read("older")
	if err != nil {
		return err
	}
	older, err := p.open(signed)
	if err != nil {
		return err
	}
	text, err := f.read("consistency")
	if err != nil {
		return err
	}
	proof, err := readHashes(string(text))
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, older.N, older.Hash)
}

func check(f folder) (int64, error) {
	text, err := f.read("policy")
	if err != nil {
		return 0, err
	}
	p, err := readPolicy(string(text))
	if err != nil {
		return 0, err
	}
	signed, err := f.read("checkpoint")
	if err != nil {
		return 0, err
	}
	tree, err := p.open(signed)
	if err != nil {
		return 0, err
	}
	if err := checkTiles(f, tree); err != nil {
		return 0, err
	}
	if err := checkProof(f, p, tree); err != nil {
		return 0, err
	}
	return tree.N, checkConsistency(f, p, tree)
}

func main() {
	for _, name := range os.Args[1:] {
		if size, err := check(folder(name)); err != nil {
			fmt.Printf("refused: %q\n", err.Error())
		} else {
			fmt.Printf("ok %d\n", size)
		}
	}
}
