using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;

namespace MlNetLlm.ConceptMixing;

/// <summary>The concepts of one text as rows.</summary>
internal static class ConceptTable
{
    private sealed record Row(int Position, string Token, int Concept, float Strength, float Attribution);

    public static IDataView Of(ConceptTeacher teacher, string text, ConceptGradient gradient)
    {
        var rows = new Lazy<IReadOnlyList<Row>>(() => [.. Rows(teacher, text, gradient)]);
        return new RowsView<Row>(
            () => rows.Value,
            new RowsColumn<Row>("Position", NumberDataViewType.Int32, (Row row) => row.Position),
            new RowsColumn<Row>("Token", TextDataViewType.Instance, (Row row) => row.Token.AsMemory()),
            new RowsColumn<Row>("Concept", NumberDataViewType.Int32, (Row row) => row.Concept),
            new RowsColumn<Row>("Strength", NumberDataViewType.Single, (Row row) => row.Strength),
            new RowsColumn<Row>("Attribution", NumberDataViewType.Single, (Row row) => row.Attribution));
    }

    // The text in windows of the model's context, each behind the begin token where there is one.
    private static IEnumerable<Row> Rows(ConceptTeacher teacher, string text, ConceptGradient gradient)
    {
        var model = teacher.Model;
        var ids = model.Tokenizer.EncodeToIds(text);
        var begin = model.Special.Bos ?? model.Special.Eos;
        var part = model.Config.ContextLength - (begin is null ? 0 : 1);
        var options = new LabelConceptsOptions { Gradient = gradient };
        for (var from = 0; from < ids.Count; from += part)
        {
            long[] own = [.. ids.Skip(from).Take(part).Select(id => (long)id)];
            long[] tokens = begin is { } id ? [id, .. own] : own;
            long[] targets = [.. tokens.Skip(1), TokenBatch.Ignored];
            var found = new List<Row>();
            var pass = TeacherPass.Run(teacher, tokens, targets, 1, options);
            ConceptScores.Of(teacher.Autoencoder, pass.States, pass.Slopes, ConceptCandidates.Active, (position, scores) =>
            {
                var t = position - (tokens.Length - own.Length);
                if (t < 0) return;                                                     // the begin token is no token of the text
                var token = model.Tokenizer.Decode([(int)own[t]]);
                for (var i = 0; i < scores.Concepts.Length; i++)
                    found.Add(new(
                        from + t, token, scores.Concepts[i], scores.Strengths[i],
                        targets[position] == TokenBatch.Ignored ? float.NaN : scores.Attributions[i]));
            });
            foreach (var row in found) yield return row;
        }
    }
}
