using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// Rows to sequences, in training and in use alike: begin token, text, and for a pair or a choice a separator (the end token, or the begin
/// token where there is no other) and the second text; the end token behind all. A class is read at the first token, or at the last in a
/// causal model; a tag at the token that holds the word's first character.
/// </summary>
/// <remarks>A sentence that is too long to be tagged at once is read in windows one after another.</remarks>
internal sealed class TaskSequences(LanguageModel model, AdaptToTaskOptions options, int classes)
{
    private readonly int[] _begin = model.Special.Bos is { } bos ? [bos] : [];
    private readonly int[] _end = model.Special.Eos is { } eos ? [eos] : [];
    private readonly int[] _separator = (model.Special.Eos ?? model.Special.Bos) is { } id ? [id] : [];

    /// <summary>How many sequences a row of a question has: one a class. Else 1.</summary>
    public int RowsPerItem => options.Task == TaskKind.MultipleChoice ? classes : 1;

    /// <summary>Streams rows into sequences; a sentence's words become one sequence, a question's choices follow each other.</summary>
    public IEnumerable<TaskSequence> Of(IEnumerable<(TaskRow Row, int Label)> rows)
    {
        var number = 0;
        var words = new List<(TaskRow Row, int Label)>();
        foreach (var item in rows)
        {
            if (options.Task == TaskKind.Tagging)
            {
                if (words.Count > 0 && (item.Row.Text != words[^1].Row.Text || item.Row.Start < words[^1].Row.Start))
                {
                    foreach (var sequence in Sentence(words, number - words.Count))
                        yield return sequence;
                    words.Clear();
                }
                words.Add(item);
            }
            else
                foreach (var sequence in options.Task == TaskKind.Classification ? [Text(item, number)] : Question(item, number))
                    yield return sequence;
            number++;
        }
        if (words.Count > 0)
            foreach (var sequence in Sentence(words, number - words.Count))
                yield return sequence;
    }

    private TaskSequence Text((TaskRow Row, int Label) item, int number)
    {
        var tokens = Joined(item.Row.Text, item.Row.Second);
        return new TaskSequence(tokens, [new TaskAnswer(Pooled(tokens), number, item.Label)]);
    }

    private IEnumerable<TaskSequence> Question((TaskRow Row, int Label) item, int number)
    {
        var choices = item.Row.Choices;
        if (choices.Count < 1 || choices.Count > classes)
            throw new ArgumentException($"A question has {choices.Count} choices, expected 1 to {classes}: '{Start(item.Row.Text)}'. "
                + "The label needs as many values as the most choices that a row has.");
        if (item.Label >= choices.Count)
            throw new ArgumentException($"A question has {choices.Count} choices and its label says number {item.Label + 1}: "
                + $"'{Start(item.Row.Text)}'. Correct the row, or leave it out.");
        for (var c = 0; c < classes; c++)
        {
            var tokens = Joined(item.Row.Text, choices[c < choices.Count ? c : 0]);
            var label = c >= choices.Count || item.Label < 0 ? -1 : c == item.Label ? 1 : 0;
            yield return new TaskSequence(tokens, [new TaskAnswer(Pooled(tokens), number, label)]);
        }
    }

    private IEnumerable<TaskSequence> Sentence(IReadOnlyList<(TaskRow Row, int Label)> words, int first)
    {
        var tokens = model.Tokenizer.EncodeToTokens(words[0].Row.Text, out var rewritten);
        if (tokens.Count == 0)
            throw new ArgumentException($"A sentence has no tokens: '{Start(words[0].Row.Text)}'. Leave such rows out.");
        var places = words.Select(word => Place(tokens, word.Row, rewritten)).ToList();
        var room = options.SequenceLength - _begin.Length - _end.Length;
        for (var from = 0; from < tokens.Count; from += room)
        {
            var window = tokens.Skip(from).Take(room).Select(token => token.Id).ToList();
            var answers = new List<TaskAnswer>();
            for (var w = 0; w < words.Count; w++)
                if (places[w] >= from && places[w] < from + window.Count)
                    answers.Add(new TaskAnswer(_begin.Length + places[w] - from, first + w, words[w].Label));
            if (answers.Count > 0)
                yield return new TaskSequence([.. _begin, .. window, .. _end], answers);
        }
    }

    // The token with the word's first character. Where the tokenizer rewrites texts, the text before the word says how far it moved.
    private int Place(IReadOnlyList<EncodedToken> tokens, TaskRow word, string? rewritten)
    {
        if (word.Start < 0 || word.Start >= word.Text.Length)
            throw new ArgumentException(
                $"A word begins at character {word.Start} of a text of {word.Text.Length}: '{Start(word.Text)}'. Correct the row.");
        var at = word.Start;
        if (rewritten is not null && rewritten != word.Text && at > 0)
        {
            model.Tokenizer.EncodeToTokens(word.Text[..at], out var before);
            at = before?.Length ?? at;
        }
        for (var i = 0; i < tokens.Count; i++)
            if (tokens[i].Offset.End.Value > at)
                return i;
        return tokens.Count - 1;
    }

    private int[] Joined(string first, string? second)
    {
        var (a, b) = (model.Tokenizer.EncodeToIds(first), second is null ? null : model.Tokenizer.EncodeToIds(second));
        var excess = _begin.Length + a.Count + (b is null ? 0 : _separator.Length + b.Count) + _end.Length - options.SequenceLength;
        if (excess > 0 && !options.TruncateLongRows)
            throw new ArgumentException($"A text has {excess + options.SequenceLength} tokens; SequenceLength is {options.SequenceLength}: "
                + $"'{Start(first)}'. Raise SequenceLength, or set TruncateLongRows.");
        while (excess-- > 0)                                 // the longer one loses its end
            if (b is not null && b.Count > a.Count)
                b = [.. b.Take(b.Count - 1)];
            else
                a = [.. a.Take(a.Count - 1)];
        int[] tokens = b is null ? [.. _begin, .. a, .. _end] : [.. _begin, .. a, .. _separator, .. b, .. _end];
        return tokens.Length > 0 ? tokens
            : throw new ArgumentException("A text is empty, and the model has no begin token to stand for it. Leave such rows out.");
    }

    private int Pooled(int[] tokens) => model.Config.Causal ? tokens.Length - 1 : 0;

    private static string Start(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}
