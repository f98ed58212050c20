// The views on collections and on bytes that a command may open: made when first needed, then reused. A context has
// them. Knows no command.

import {
  ByteView,
  HashView,
  ListView,
  SetView,
  SortedSetView,
  StreamEntry,
  StreamHeader,
  StreamView,
} from "../../../cache/mod.ts";
import { GroupViews } from "./group_views.ts";

/** Views on values, two of a type where commands need two at a time. */
export class Views {
  #list: ListView | undefined;
  #otherList: ListView | undefined;
  #set: SetView | undefined;
  #otherSet: SetView | undefined;
  #hash: HashView | undefined;
  #sortedSet: SortedSetView | undefined;
  #otherSortedSet: SortedSetView | undefined;
  #stream: StreamView | undefined;
  #streamHeader: StreamHeader | undefined;
  #streamEntry: StreamEntry | undefined;
  #groups: GroupViews | undefined;
  #bytes: ByteView | undefined;

  /** A list. */
  get list(): ListView {
    return this.#list ??= new ListView();
  }

  /** Another list. */
  get otherList(): ListView {
    return this.#otherList ??= new ListView();
  }

  /** A set. */
  get set(): SetView {
    return this.#set ??= new SetView();
  }

  /** Another set. */
  get otherSet(): SetView {
    return this.#otherSet ??= new SetView();
  }

  /** A hash. */
  get hash(): HashView {
    return this.#hash ??= new HashView();
  }

  /** A sorted set. */
  get sortedSet(): SortedSetView {
    return this.#sortedSet ??= new SortedSetView();
  }

  /** Another sorted set. */
  get otherSortedSet(): SortedSetView {
    return this.#otherSortedSet ??= new SortedSetView();
  }

  /** A stream. */
  get stream(): StreamView {
    return this.#stream ??= new StreamView();
  }

  /** The header of a stream. */
  get streamHeader(): StreamHeader {
    return this.#streamHeader ??= new StreamHeader();
  }

  /** An entry of a stream. */
  get streamEntry(): StreamEntry {
    return this.#streamEntry ??= new StreamEntry();
  }

  /** The groups of a stream. */
  get groups(): GroupViews {
    return this.#groups ??= new GroupViews();
  }

  /** A string, Bloom filter or Count-Min sketch. */
  get bytes(): ByteView {
    return this.#bytes ??= new ByteView();
  }
}
